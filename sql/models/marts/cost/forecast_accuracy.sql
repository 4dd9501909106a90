-- 1 row per organization and currency: the date of its first cost
with scopes as (
    select
        costs.organization,
        costs.currency,
        min(costs.date) as first_cost_date,
        clocks.today
    from {{ ref('int_costs_by_scope') }} as costs
    inner join {{ ref('int_clocks') }} as clocks on costs.organization = clocks.organization
    where costs.project_id is null
    group by costs.organization, costs.currency, clocks.today
),

-- 1 row per organization, currency and day of the past months: known for four weeks, and at most two years old
targets as (
    select
        organization,
        null::string as project_id,
        currency,
        first_cost_date,
        date_trunc('month', origin)::date as month,
        origin
    from (
        select
            organization,
            currency,
            first_cost_date,
            {{ each_day(
                "greatest(first_cost_date + 28, (date_trunc('month', today) - interval 24 month)::date)",
                "(date_trunc('month', today) - interval 1 day)::date"
            ) }} as origin
        from scopes
    ) as days
),

{{ month_forecasts('targets') }},

-- 1 row per target: the month's cost, and the part of it that was spent before the day
known as (
    select
        targets.organization,
        targets.currency,
        targets.month,
        targets.origin,
        sum(costs.cost) as cost,
        coalesce(sum(costs.cost) filter (where costs.date < targets.origin), 0) as spent
    from targets
    left join {{ ref('int_costs_by_scope') }} as costs
        on
            targets.organization = costs.organization
            and costs.project_id is null
            and targets.currency = costs.currency
            and targets.month = date_trunc('month', costs.date)
    group by all
),

said as (
    select
        known.organization,
        known.month,
        known.origin as day,
        known.currency,
        known.spent,
        known.spent + round(forecasts.expected, 2)::decimal(18, 2) as forecast,
        known.spent
        + round(
            {{ gamma_quantile('forecasts.expected', 'forecasts.variance', '-' ~ forecast_quantile()) }}, 2
        )::decimal(18, 2) as low,
        known.spent
        + round(
            {{ gamma_quantile('forecasts.expected', 'forecasts.variance', forecast_quantile()) }}, 2
        )::decimal(18, 2) as high,
        coalesce(known.cost, 0) as cost
    from known
    inner join forecasts
        on
            known.organization = forecasts.organization
            and known.currency = forecasts.currency
            and known.month = forecasts.month
            and known.origin = forecasts.origin
)

select
    organization,
    month,
    day,
    currency,
    spent::decimal(18, 6) as spent,
    forecast::decimal(18, 6) as forecast,
    low::decimal(18, 6) as low,
    high::decimal(18, 6) as high,
    cost::decimal(18, 6) as cost,
    (forecast - cost)::double / nullif(cost, 0)::double as error_share,
    cost between low and high as is_inside
from said
