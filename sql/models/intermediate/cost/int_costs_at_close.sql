-- 1 row per version of a restated date's report that the lake had when its month was closed
with report_versions as (
    select versions.*
    from {{ source('lake', 'usage') }} as versions
    inner join {{ ref('int_restated_dates') }} as restated
        on
            coalesce(versions.organization, versions.account) = restated.organization
            and versions."from" = restated.date
    where {{ utc('versions._extracted_at') }} < restated.closed_on + interval 1 day
),

reports_at_close as (
    select
        {{ usage_columns() }}
    from {{ newest_of_key('report_versions', 'usage', ['coalesce(organization, account)'], []) }} as newest
),

-- 1 row per answer about a bill on a restated date: the tree of its job
restated_trees as (
    select coalesce(trees.root_job_id, jobs.job_id) as root_job_id
    from {{ ref('stg_ionq__job_costs') }} as costs
    inner join {{ ref('stg_ionq__jobs') }} as jobs on costs.job_id = jobs.job_id
    inner join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    inner join {{ ref('int_restated_dates') }} as restated
        on accounts.organization = restated.organization and {{ billed_date('jobs', 'costs') }} = restated.date
    left join {{ ref('int_job_trees') }} as trees on jobs.job_id = trees.job_id
),

jobs_at_close as (
    select jobs.*
    from {{ ref('stg_ionq__jobs') }} as jobs
    left join {{ ref('int_job_trees') }} as trees on jobs.job_id = trees.job_id
    semi join restated_trees on coalesce(trees.root_job_id, jobs.job_id) = restated_trees.root_job_id
),

-- 1 row per answer about the cost of one of these jobs that the lake had when the job's month was closed
answer_versions as (
    select versions.*
    from {{ source('lake', 'job_costs') }} as versions
    inner join jobs_at_close as jobs on versions.job_id = jobs.job_id
    inner join {{ ref('stg_ionq__job_costs') }} as costs on jobs.job_id = costs.job_id
    left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    left join {{ ref('int_month_closings') }} as closings
        on
            accounts.organization = closings.organization
            and date_trunc('month', {{ billed_date('jobs', 'costs') }})::date = closings.month
    where closings.closed_on is null or {{ utc('versions._extracted_at') }} < closings.closed_on + interval 1 day
),

answers_at_close as (
    select
        {{ job_cost_columns() }}
    from {{ newest_of_key('answer_versions', 'job_costs', [], answers_before_refusals()) }} as newest
),

totals_at_close as (
    {{ usage_totals('reports_at_close') }}
),

groups_at_close as (
    {{ usage_groups('reports_at_close') }}
),

trees_at_close as (
    {{ job_trees('jobs_at_close', 'answers_at_close') }}
),

bills_at_close as (
    {{ job_bills('jobs_at_close', 'answers_at_close', 'trees_at_close') }}
),

costs_at_close as (
    {{ costs_daily('totals_at_close', 'groups_at_close', 'bills_at_close') }}
)

-- 1 row per restated date, project (null for what no project accounts for) and currency
select
    costs.organization,
    costs.date,
    costs.id as project_id,
    costs.currency,
    costs.cost
from costs_at_close as costs
inner join {{ ref('int_restated_dates') }} as restated
    on costs.organization = restated.organization and costs.date = restated.date
where costs.dimension = 'project'
