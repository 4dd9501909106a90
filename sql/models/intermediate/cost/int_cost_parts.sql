-- 1 row per bill that makes up the cost of its project and date
with billed as (
    select
        bills.organization,
        bills.billed_date as date,
        bills.project_id,
        bills.submitter_id,
        bills.backend,
        bills.is_debiased,
        bills.job_id,
        bills.job_name,
        bills.tags,
        bills.currency,
        costs.source,
        bills.cost,
        1 as jobs,
        bills.qpu_seconds
    from {{ ref('int_job_bills') }} as bills
    inner join {{ ref('int_costs_daily') }} as costs
        on
            bills.organization = costs.organization
            and bills.billed_date = costs.date
            and bills.project_id is not distinct from costs.id
            and bills.currency = costs.currency
            and costs.dimension = 'project'
            and costs.source <> 'unattributed'
    -- a bill that the report does not list counts once it is settled; for what it lists, the report's amount counts
    where bills.is_settled or costs.source = 'usage_report' or not costs.is_reported
),

-- 1 row per organization, date, project, currency and source with a bill
billed_by_project as (
    select
        organization,
        date,
        project_id,
        currency,
        source,
        sum(cost) as cost,
        sum(jobs) as jobs,
        {{ exact_sum('qpu_seconds') }} as qpu_seconds
    from billed
    group by all
),

-- 1 row per organization, date, project, currency and source whose cost differs from the sum of its bills
rest as (
    select
        costs.organization,
        costs.date,
        costs.id as project_id,
        costs.currency,
        costs.source,
        costs.cost - coalesce(billed.cost, 0) as cost,
        {{ not_negative('costs.job_count - coalesce(billed.jobs, 0)') }} as jobs,
        {{ not_negative('costs.qpu_seconds - coalesce(billed.qpu_seconds, 0)') }} as qpu_seconds
    from {{ ref('int_costs_daily') }} as costs
    left join billed_by_project as billed
        on
            costs.organization = billed.organization
            and costs.date = billed.date
            and costs.id is not distinct from billed.project_id
            and costs.currency = billed.currency
            and costs.source = billed.source
    where costs.dimension = 'project' and costs.cost <> coalesce(billed.cost, 0)
)

-- 1 row per bill, or rest of a project's date that no bill accounts for
select
    organization,
    date,
    project_id,
    submitter_id,
    backend,
    is_debiased,
    job_id,
    job_name,
    tags,
    currency,
    source,
    cost,
    jobs,
    qpu_seconds
from billed
union all
select
    organization,
    date,
    project_id,
    null::string as submitter_id,
    null::string as backend,
    null::boolean as is_debiased,
    null::string as job_id,
    null::string as job_name,
    null as tags,
    currency,
    source,
    cost,
    jobs,
    qpu_seconds
from rest
