{#- How bills and usage reports become costs of dates, as macros over any versions of them: of now, or of a month's close. -#}

{#- What usage reports list of groups; `usage` is shaped like `stg_ionq__usage`. -#}
{% macro usage_groups(usage) -%}
-- 1 row per group that the report lists for a date
with listings as (
    select
        organization,
        group_by,
        usage_date,
        currency,
        amounts as amounts_of_date,
        {{ each_item('group_usages') }} as listing
    from {{ usage }}
    where modality = 'daily' and not is_deleted
),

named as (
    select
        *,
        coalesce(nullif(upper(trim(listing.amount_unit)), ''), currency) as amount_currency
    from listings
    where listing.group_id is not null
),

-- 1 row per group of a date and place in its list of amounts
listed as (
    select
        *,
        {{ each_item_and_place('amounts', 'money', 'place') }}
    from (
        select
            *,
            -- amounts, where they are said, are the money; beside amounts of the date, a group's amount alone counts
            -- only where the date has that one currency, since it may be normalized to another
            case
                when {{ list_size('listing.amounts') }} > 0 then listing.amounts
                when
                    coalesce({{ list_size('amounts_of_date') }}, 0) = 0
                    or (
                        {{ list_size('amounts_of_date') }} = 1
                        and {{ currency(nth('amounts_of_date', 1) ~ '.unit') }} = amount_currency
                    )
                    then {{ list_of([struct_of({'amount': 'listing.amount', 'unit': 'amount_currency'})]) }}
            end as amounts
        from named
    ) as priced
),

-- 1 row per organization, grouping, date, group and currency
groups as (
    select
        organization,
        group_by,
        usage_date,
        listing.group_id as group_id,
        {{ currency('money.unit') }} as currency,
        max(listing.group_name) as group_name,
        sum(money.amount) as amount,
        min(place) as place,
        sum(listing.job_count)::bigint as job_count,
        {{ exact_sum('listing.time_us / 1e6') }} as qpu_seconds
    from listed
    where money.amount is not null
    group by organization, group_by, usage_date, listing.group_id, {{ currency('money.unit') }}
)

select
    organization,
    group_by,
    usage_date,
    group_id,
    currency,
    group_name,
    amount,
    -- jobs and time are said for the group as a whole: they stand beside the first of its currencies
    if(place = min(place) over group_of_date, job_count, null) as job_count,
    if(place = min(place) over group_of_date, qpu_seconds, null) as qpu_seconds
from groups
window group_of_date as (partition by organization, group_by, usage_date, group_id)
{%- endmacro %}

{#- What usage reports say of whole dates; `usage` is shaped like `stg_ionq__usage`. -#}
{% macro usage_totals(usage) -%}
-- 1 row per organization, grouping and date: a report that is gone says that the date cost nothing
with reports as (
    select
        organization,
        group_by,
        usage_date,
        if(is_deleted, 0, job_count) as job_count,
        if(is_deleted, 0, qpu_seconds) as qpu_seconds,
        is_deleted,
        extracted_at,
        -- amounts, where they are said, are the money: the amount is then normalized to whichever unit was asked for
        if(
            is_deleted or coalesce({{ list_size('amounts') }}, 0) = 0,
            {{ list_of([struct_of({'amount': 'if(is_deleted, 0, amount)', 'unit': 'currency'})]) }},
            amounts
        ) as amounts
    from {{ usage }}
    where modality = 'daily'
),

-- 1 row per organization, grouping, date and place in the list of amounts
listed as (
    select
        *,
        {{ each_item_and_place('amounts', 'listing', 'place') }}
    from reports
),

-- 1 row per organization, grouping, date and currency
totals as (
    select
        organization,
        group_by,
        usage_date,
        {{ currency('listing.unit') }} as currency,
        sum(listing.amount) as amount,
        min(place) as place,
        any_value(job_count) as job_count,
        any_value(qpu_seconds) as qpu_seconds,
        any_value(is_deleted) as is_deleted,
        any_value(extracted_at) as extracted_at
    from listed
    where listing.amount is not null
    group by organization, group_by, usage_date, {{ currency('listing.unit') }}
)

select
    organization,
    group_by,
    usage_date,
    currency,
    amount,
    -- jobs and time are said for the date as a whole: they stand beside the first of its currencies
    if(place = min(place) over date_of_report, job_count, null) as job_count,
    if(place = min(place) over date_of_report, qpu_seconds, null) as qpu_seconds,
    count(*) over date_of_report as currencies,
    is_deleted,
    extracted_at
from totals
window date_of_report as (partition by organization, group_by, usage_date)
{%- endmacro %}

{#- The root of each job, and whether a bill above it covers it. -#}
{% macro job_trees(jobs, costs) -%}
-- 1 row per job that has a parent in the lake; what a dry run is said to be the parent of, but was run, is a root
with recursive links as (
    select
        jobs.job_id,
        jobs.parent_job_id
    from {{ jobs }} as jobs
    inner join {{ jobs }} as parents on jobs.parent_job_id = parents.job_id
    where jobs.job_id <> jobs.parent_job_id and (jobs.dry_run or not parents.dry_run)
),

-- 1 row per job with its own bill; a dry run is never billed, whatever an answer says
bills as (
    select costs.job_id
    from {{ costs }} as costs
    inner join {{ jobs }} as jobs on costs.job_id = jobs.job_id
    where costs.cost is not null and not costs.dry_run and not jobs.dry_run
),

-- 1 row per job, from the roots down: whose parent is not known is a root itself
descent as (
    select
        roots.parent_job_id as job_id,
        roots.parent_job_id as root_job_id,
        0 as depth,
        false as is_covered
    from (select distinct parent_job_id from links) as roots
    anti join links as children on roots.parent_job_id = children.job_id
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

-- jobs that name each other as parents hang on no root; they are missing here and count as roots of their own
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
        -- 0 is said of every job that is billed on gates
        when jobs.billed_qpu_seconds > 0 then jobs.billed_qpu_seconds
        when jobs.reported_execution_seconds >= 0 then jobs.reported_execution_seconds
    end as qpu_seconds,
    costs.cost,
    costs.currency,
    costs.is_settled,
    costs.first_answered_at
from {{ costs }} as costs
inner join {{ jobs }} as jobs on costs.job_id = jobs.job_id
left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
left join {{ trees }} as trees on jobs.job_id = trees.job_id
where
    costs.cost is not null
    and not costs.dry_run
    and not jobs.dry_run
    and not coalesce(trees.is_covered, false)
{%- endmacro %}

{#- Each date's cost by project, by user and by backend. -#}
{% macro costs_daily(totals, groups, bills) -%}
-- Splits each date's cost by project, by user and by backend in the same way; a backend is never listed by a report.
with dimensions as (
    select named.dimension from (values ('project'), ('user'), ('backend')) as named (dimension)
),

-- 1 row per organization, date and dimension: the report grouped by that dimension, else whichever there is
reports as (
    select
        totals.organization,
        totals.usage_date as date,
        dimensions.dimension,
        min_by(
            totals.group_by, {{ row_of(['totals.group_by <> dimensions.dimension', 'totals.group_by']) }}
        ) as group_by
    from {{ totals }} as totals
    cross join dimensions
    group by all
),

-- 1 row per organization, date, dimension and currency that a report gives an amount for
totals as (
    select
        reports.organization,
        reports.date,
        reports.dimension,
        totals.currency,
        totals.amount,
        -- of a date with several currencies, nobody says which of its jobs are whose
        if(totals.currencies = 1, totals.job_count, null) as job_count,
        if(totals.currencies = 1, totals.qpu_seconds, null) as qpu_seconds
    from reports
    inner join {{ totals }} as totals
        on
            reports.organization = totals.organization
            and reports.date = totals.usage_date
            and reports.group_by = totals.group_by
),

-- 1 row per organization, date, dimension, group and currency that a report lists
listed as (
    select
        organization,
        usage_date as date,
        group_by as dimension,
        group_id as id,
        currency,
        true as is_reported,
        amount as cost,
        job_count,
        qpu_seconds
    from {{ groups }}
),

-- 1 row per organization, date, dimension, group and currency of the jobs' own bills
billed as (
    select
        bills.organization,
        bills.billed_date as date,
        dimensions.dimension,
        case dimensions.dimension
            when 'project' then bills.project_id
            when 'user' then bills.submitter_id
            else bills.backend
        end as id,
        bills.currency,
        sum(bills.cost) as cost,
        coalesce(sum(bills.cost) filter (where bills.is_settled), 0) as settled_cost,
        count(*) as job_count,
        count(*) filter (where bills.is_settled) as settled_job_count,
        {{ exact_sum('bills.qpu_seconds') }} as qpu_seconds,
        {{ exact_sum('if(bills.is_settled, bills.qpu_seconds, null)') }} as settled_qpu_seconds
    from {{ bills }} as bills
    cross join dimensions
    group by all
),

compared as (
    select
        billed.*,
        totals.amount is not null as is_reported,
        -- beside a report only what is settled can be told apart; no report speaks of backends
        totals.amount is null or billed.dimension = 'backend' as is_bills_alone
    from billed
    left join totals
        on
            billed.organization = totals.organization
            and billed.date = totals.date
            and billed.dimension = totals.dimension
            and billed.currency = totals.currency
),

-- 1 row per organization, date, dimension, group and currency that the date's report does not list
not_listed as (
    select
        compared.organization,
        compared.date,
        compared.dimension,
        compared.id,
        compared.currency,
        compared.is_reported,
        if(compared.is_bills_alone, compared.cost, compared.settled_cost) as cost,
        if(compared.is_bills_alone, compared.job_count, compared.settled_job_count) as job_count,
        if(compared.is_bills_alone, compared.qpu_seconds, compared.settled_qpu_seconds) as qpu_seconds
    from compared
    left join listed
        on
            compared.organization = listed.organization
            and compared.date = listed.date
            and compared.dimension = listed.dimension
            and compared.id = listed.id
            and compared.currency = listed.currency
    where
        listed.id is null
        and (compared.id is not null or not compared.is_reported)
        and (compared.is_bills_alone or compared.settled_job_count > 0)
),

attributed as (
    select
        *,
        'usage_report' as source
    from listed
    union all
    select
        *,
        'job_costs' as source
    from not_listed
),

-- 1 row per organization, date, dimension and currency whose report says another amount than its groups add up to
unattributed as (
    select
        totals.organization,
        totals.date,
        totals.dimension,
        null::string as id,
        totals.currency,
        true as is_reported,
        totals.amount - coalesce(sum(attributed.cost), 0) as cost,
        totals.job_count - coalesce(sum(attributed.job_count), 0) as job_count,
        totals.qpu_seconds - coalesce({{ exact_sum('attributed.qpu_seconds') }}, 0) as qpu_seconds,
        'unattributed' as source
    from totals
    left join attributed
        on
            totals.organization = attributed.organization
            and totals.date = attributed.date
            and totals.dimension = attributed.dimension
            and totals.currency = attributed.currency
    group by
        totals.organization, totals.date, totals.dimension, totals.currency,
        totals.amount, totals.job_count, totals.qpu_seconds
    having totals.amount <> coalesce(sum(attributed.cost), 0)
)

-- 1 row per organization, date, dimension, group (null for what no group accounts for) and currency
select * from attributed
union all
select * from unattributed
{%- endmacro %}

{#- The UTC date that a charge belongs to: as in the usage report, that on which the job ended. -#}
{% macro billed_date(jobs, costs) -%}
    coalesce(
        {{ jobs }}.completed_at, {{ jobs }}.started_at, {{ jobs }}.submitted_at,
        {{ costs }}.first_answered_at, {{ costs }}.extracted_at
    )::date
{%- endmacro %}

{#- The columns of `stg_ionq__usage`, of whichever versions of the reports. -#}
{% macro usage_columns() -%}
    -- ids
    account,
    coalesce(organization, account) as organization,
    group_by,
    modality,
    "from" as usage_date,

    -- the date as a whole
    amount,
    {{ currency('amount_unit') }} as currency,
    amounts,
    job_count,
    time_us / 1e6 as qpu_seconds,

    -- its five dearest groups
    group_usages,

    -- the record
    coalesce(_deleted, false) as is_deleted,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
{%- endmacro %}

{#- The columns of `stg_ionq__job_costs`, of whichever versions of the answers. -#}
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
    -- an answer that says no more than that it is no dry run: the job is not priced, which is not "not priced yet"
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

{#- Of several accounts' newest answers about a bill: one that answers counts more than one that refuses. -#}
{% macro answers_before_refusals() -%}
    {{ return(['coalesce(http_status = 200, false) desc']) }}
{%- endmacro %}
