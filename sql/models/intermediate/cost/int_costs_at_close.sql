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

-- 1 row per job whose cost belongs to a restated date: the tree that it is part of
restated_trees as (
    select jobs.root_job_id
    from {{ ref('int_answered_jobs') }} as jobs
    inner join {{ ref('int_restated_dates') }} as restated
        on jobs.organization = restated.organization and jobs.date = restated.date
),

-- 1 row per job of such a tree, and more for a root: a job that is no part of another has no row among the trees
members as (
    select trees.job_id
    from {{ ref('int_job_trees') }} as trees
    semi join restated_trees on trees.root_job_id = restated_trees.root_job_id
    union all
    select root_job_id as job_id
    from restated_trees
),

jobs_at_close as (
    select jobs.*
    from {{ ref('stg_ionq__jobs') }} as jobs
    semi join members on jobs.job_id = members.job_id
),

-- 1 row per answer about the cost of one of these jobs that the lake had when the job's month was closed
answer_versions as (
    select versions.*
    from {{ source('lake', 'job_costs') }} as versions
    inner join {{ ref('int_answered_jobs') }} as jobs on versions.job_id = jobs.job_id
    semi join jobs_at_close on versions.job_id = jobs_at_close.job_id
    left join {{ ref('int_month_closings') }} as closings
        on jobs.organization = closings.organization and date_trunc('month', jobs.date)::date = closings.month
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
