{#- Bills of jobs, as macros over any version of the answers: those of now, or those of a month's close. -#}

{#- The columns of `stg_ionq__job_costs`, for any versions of the answers. -#}
{% macro job_cost_columns() -%}
    -- ids
    account,
    job_id,

    -- amounts
    cost_value as cost,
    case when cost_value is not null then {{ currency('cost_unit') }} end as currency,
    estimated_cost_value as estimated_cost,
    case when estimated_cost_value is not null then {{ currency('estimated_cost_unit') }} end as estimated_currency,

    -- state
    coalesce(dry_run, false) as dry_run,
    coalesce(is_settled, false) as is_settled,
    -- the answer says only that the job is no dry run: such a job is never priced, as opposed to "not priced yet"
    coalesce(
        http_status = 200
        and not dry_run
        and cost_value is null
        and estimated_cost_value is null
        and {{ list_size('_problems') }} = 0,
        false
    ) as is_never_priced,
    http_status,
    reason as refusal_reason,
    attempts,

    -- the record
    {{ utc('first_answered_at') }} as first_answered_at,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
{%- endmacro %}

{#- The order between several accounts' newest answers about a bill: an answer counts more than a refusal. -#}
{% macro answers_before_refusals() -%}
    {{ return(['coalesce(http_status = 200, false) desc']) }}
{%- endmacro %}

{#- The root of each job, and whether a bill above it covers it. -#}
{% macro job_trees(jobs, costs) -%}
-- 1 row per job that names a parent
with recursive children as (
    select
        job_id,
        parent_job_id,
        dry_run
    from {{ jobs }} as jobs
    where parent_job_id is not null
),

-- 1 row per job in the lake that a child names
parents as (
    select
        jobs.job_id,
        jobs.dry_run
    from {{ jobs }} as jobs
    semi join children on jobs.job_id = children.parent_job_id
),

-- 1 row per job that has a parent in the lake; a job that was run is a root even if its parent is a dry run
links as (
    select
        children.job_id,
        children.parent_job_id
    from children
    inner join parents on children.parent_job_id = parents.job_id
    where children.job_id <> children.parent_job_id and (children.dry_run or not parents.dry_run)
),

-- 1 row per parent with its own bill; a dry run is never billed, whatever an answer says
bills as (
    select costs.job_id
    from {{ costs }} as costs
    inner join parents on costs.job_id = parents.job_id
    where costs.cost is not null and not costs.dry_run and not parents.dry_run
),

-- 1 row per job, from the roots down; a job whose parent is not known is a root itself
descent as (
    select
        roots.parent_job_id as job_id,
        roots.parent_job_id as root_job_id,
        0 as depth,
        false as is_covered
    from (select distinct parent_job_id from links) as roots
    anti join links on roots.parent_job_id = links.job_id
    union all
    select
        links.job_id,
        descent.root_job_id,
        descent.depth + 1 as depth,
        descent.is_covered or bills.job_id is not null as is_covered
    from descent
    inner join links on descent.job_id = links.parent_job_id
    left join bills on descent.job_id = bills.job_id
)

-- jobs that name each other as parents have no root; they are missing here and count as roots of their own
select
    job_id,
    root_job_id,
    depth,
    is_covered
from descent
{%- endmacro %}

{#- The bills that count. -#}
{% macro job_bills(jobs, costs, trees) -%}
-- 1 row per bill that counts: a job's own, unless one of its ancestors has a bill, which then covers it
select
    jobs.job_id,
    coalesce(trees.root_job_id, jobs.job_id) as root_job_id,
    accounts.organization,
    jobs.backend,
    jobs.is_qpu,
    jobs.is_debiased,
    jobs.project_id,
    jobs.submitter_id,
    {{ billed_date('jobs', 'costs') }} as billed_date,
    case
        -- the API says 0 for every job that is billed on gates
        when jobs.billed_qpu_seconds > 0 then jobs.billed_qpu_seconds
        when jobs.reported_execution_seconds >= 0 then jobs.reported_execution_seconds
    end as qpu_seconds,
    costs.cost,
    costs.currency,
    costs.is_settled,
    costs.first_answered_at
from {{ costs }} as costs
inner join {{ jobs }} as jobs on costs.job_id = jobs.job_id
left join {{ ref('int_account_organizations') }} as accounts on jobs.account = accounts.account
left join {{ trees }} as trees on jobs.job_id = trees.job_id
where
    costs.cost is not null
    and not costs.dry_run
    and not jobs.dry_run
    and not coalesce(trees.is_covered, false)
{%- endmacro %}

{#- The UTC date that a charge belongs to: the date on which the job ended, as in the usage report. -#}
{% macro billed_date(jobs, costs) -%}
    coalesce(
        {{ jobs }}.completed_at, {{ jobs }}.started_at, {{ jobs }}.submitted_at,
        {{ costs }}.first_answered_at, {{ costs }}.extracted_at
    )::date
{%- endmacro %}
