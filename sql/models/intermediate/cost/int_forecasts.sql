-- 1 row per organization, project (null for all of it), month and currency: with a budget, or the running month
with scopes as (
    select
        organization,
        project_id,
        currency,
        min(date) as first_cost_date,
        max(date) as last_cost_date
    from {{ ref('int_costs_by_scope') }}
    group by all
),

asked as (
    select
        organization,
        project_id,
        month,
        currency
    from {{ ref('int_budgets') }}
    union
    select
        scopes.organization,
        scopes.project_id,
        date_trunc('month', clocks.today)::date as month,
        scopes.currency
    from scopes
    inner join {{ ref('int_clocks') }} as clocks on scopes.organization = clocks.organization
    where scopes.last_cost_date >= date_trunc('month', clocks.today) - interval 1 month
),

targets as (
    select
        asked.*,
        clocks.today as origin,
        coalesce(scopes.first_cost_date, clocks.today) as first_cost_date
    from asked
    inner join {{ ref('int_clocks') }} as clocks on asked.organization = clocks.organization
    left join scopes
        on {{ same_scope('asked', 'scopes') }}
    where clocks.today is not null
),

{{ month_forecasts('targets') }},

-- 1 row per target with a cost: of the month, and of today
spent as (
    select
        targets.organization,
        targets.project_id,
        targets.month,
        targets.currency,
        sum(costs.cost) as spent,
        coalesce(sum(costs.cost) filter (where costs.date = targets.origin), 0) as spent_today
    from targets
    inner join {{ ref('int_costs_by_scope') }} as costs
        on {{ same_scope('targets', 'costs') }} and targets.month = date_trunc('month', costs.date)
    group by all
),

-- 1 row per organization, project (null for all of it) and currency with an open job
reserved as (
    select
        organization,
        project_id,
        currency,
        grouping(project_id) = 1 as is_whole,
        sum(price) as reserved,
        count(*) as open_jobs,
        count(*) filter (where price is null) as unpriced_jobs
    from {{ ref('int_open_job_prices') }}
    group by grouping sets ((organization, project_id, currency), (organization, currency))
    having is_whole or project_id is not null
)

select
    targets.organization,
    targets.project_id,
    targets.month,
    targets.currency,
    targets.month = date_trunc('month', targets.origin) as is_running,
    coalesce(spent.spent, 0)::decimal(18, 6) as spent,
    coalesce(
        forecasts.expected - forecasts.expected_today
        -- the part of today's cost that is not spent yet
        + greatest(forecasts.expected_today - coalesce(spent.spent_today, 0)::double, 0),
        0
    ) as to_come,
    coalesce(forecasts.variance, 0) as variance,
    coalesce(forecasts.day_mean, 0) as day_mean,
    coalesce(reserved.reserved, 0)::decimal(18, 6) as reserved,
    coalesce(reserved.open_jobs, 0) as open_jobs,
    coalesce(reserved.unpriced_jobs, 0) as unpriced_jobs
from targets
left join forecasts
    on {{ same_scope('targets', 'forecasts') }} and targets.month = forecasts.month
left join spent
    on {{ same_scope('targets', 'spent') }} and targets.month = spent.month
left join reserved
    on
        {{ same_scope('targets', 'reserved') }}
        and (targets.project_id is null) = reserved.is_whole
        and targets.month = date_trunc('month', targets.origin)
