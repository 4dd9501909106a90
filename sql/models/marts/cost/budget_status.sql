-- 1 row per organization, project (null for all of it), month and currency: with a budget, or the running month
with targets as (
    select
        organization,
        project_id,
        month,
        currency,
        max(budget) as budget,
    from (
        select * from {{ ref('int_budgets') }}
        union all by name
        select distinct
            costs.organization,
            costs.project_id,
            date_trunc('month', clocks.today)::date as month,
            costs.currency,
            null::decimal(18, 6) as budget,
        from {{ ref('int_costs_by_scope') }} as costs
        inner join {{ ref('int_clocks') }} as clocks on costs.organization = clocks.organization
        where costs.date >= date_trunc('month', clocks.today) - interval 1 month
    )
    group by all
),

-- 1 row per target: what the month cost until yesterday, and today
spent as (
    select
        targets.organization,
        targets.project_id,
        targets.month,
        targets.currency,
        sum(costs.cost) as spent,
        coalesce(sum(costs.cost) filter (where costs.date = clocks.today), 0) as spent_today,
    from targets
    inner join {{ ref('int_clocks') }} as clocks on targets.organization = clocks.organization
    inner join {{ ref('int_costs_by_scope') }} as costs
        on
            targets.organization = costs.organization
            and targets.project_id is not distinct from costs.project_id
            and targets.currency = costs.currency
            and targets.month = date_trunc('month', costs.date)
    group by all
),

-- 1 row per organization and day of the window that the forecast looks back on; today only where there is no day before
window_days as (
    select
        organization,
        unnest(generate_series(window_start, greatest(today - 1, window_start), interval 1 day))::date as date,
    from {{ ref('int_clocks') }}
),

-- 1 row per organization and weekday with a day in the window, and one (weekday null) for all its days together: it
-- stands for the weekdays of which a window of less than a week has none
window_weekdays as (
    select
        organization,
        isodow(date) as iso_weekday,
        count(*) as days,
    from window_days
    group by grouping sets ((organization, isodow(date)), (organization))
),

-- 1 row per organization, project, currency and weekday with a cost in the window, and one for all weekdays together
window_costs as (
    select
        costs.organization,
        costs.project_id,
        costs.currency,
        isodow(costs.date) as iso_weekday,
        sum(costs.cost)::double as cost,
    from {{ ref('int_costs_by_scope') }} as costs
    inner join window_days on costs.organization = window_days.organization and costs.date = window_days.date
    group by grouping sets (
        (costs.organization, costs.project_id, costs.currency, isodow(costs.date)),
        (costs.organization, costs.project_id, costs.currency)
    )
),

-- 1 row per target and day of its month that is not over
days_to_come as (
    select
        targets.organization,
        targets.project_id,
        targets.month,
        targets.currency,
        clocks.today,
        unnest(
            generate_series(greatest(targets.month, clocks.today), last_day(targets.month), interval 1 day)
        )::date as date,
    from targets
    inner join {{ ref('int_clocks') }} as clocks on targets.organization = clocks.organization
    where clocks.today is not null
),

-- 1 row per day to come, with the weekday whose mean it is expected to cost
days_alike as (
    select
        days_to_come.*,
        window_weekdays.iso_weekday as alike,
    from days_to_come
    left join window_weekdays
        on
            days_to_come.organization = window_weekdays.organization
            and isodow(days_to_come.date) = window_weekdays.iso_weekday
),

-- 1 row per target: what the days to come will cost if each is like the mean of its weekday; today's rest apart
expected as (
    select
        days.organization,
        days.project_id,
        days.month,
        days.currency,
        sum(coalesce(window_costs.cost, 0) / window_weekdays.days) filter (where days.date > days.today) as to_come,
        sum(coalesce(window_costs.cost, 0) / window_weekdays.days) filter (where days.date = days.today) as today,
    from days_alike as days
    inner join window_weekdays
        on
            days.organization = window_weekdays.organization
            and days.alike is not distinct from window_weekdays.iso_weekday
    left join window_costs
        on
            days.organization = window_costs.organization
            and days.project_id is not distinct from window_costs.project_id
            and days.currency = window_costs.currency
            and days.alike is not distinct from window_costs.iso_weekday
    group by all
),

forecast as (
    select
        targets.*,
        coalesce(spent.spent, 0) as spent,
        coalesce(spent.spent, 0)
        + round(
            coalesce(expected.to_come, 0) + greatest(coalesce(expected.today, 0) - coalesce(spent.spent_today, 0), 0), 2
        )::decimal(18, 2) as forecast,
    from targets
    left join spent
        on
            targets.organization = spent.organization
            and targets.project_id is not distinct from spent.project_id
            and targets.month = spent.month
            and targets.currency = spent.currency
    left join expected
        on
            targets.organization = expected.organization
            and targets.project_id is not distinct from expected.project_id
            and targets.month = expected.month
            and targets.currency = expected.currency
)

select
    forecast.organization,
    forecast.project_id,
    projects.project_name,
    forecast.month,
    forecast.budget,
    forecast.currency,
    forecast.spent,
    forecast.forecast,
    forecast.spent::double / nullif(forecast.budget, 0)::double as share_spent,
    case
        when forecast.budget is null then 'no_budget'
        when forecast.spent > forecast.budget then 'exceeded'
        when forecast.forecast > forecast.budget then 'at_risk'
        else 'on_track'
    end as status,
from forecast
left join {{ ref('dim_projects') }} as projects on forecast.project_id = projects.project_id
