-- 1 row per organization, project (null for all of it), month and currency: with a budget, or the running month
with forecasts as (
    select
        *,
        -- open jobs will be charged, whatever the costs of the weeks before
        spent + reserved as least,
        spent + round(to_come, 2)::decimal(18, 2) as forecast,
        spent
        + round({{ gamma_quantile('to_come', 'variance', '-' ~ forecast_quantile()) }}, 2)::decimal(18, 2) as low,
        spent + round({{ gamma_quantile('to_come', 'variance', forecast_quantile()) }}, 2)::decimal(18, 2) as high
    from {{ ref('int_forecasts') }}
)

select
    forecasts.organization,
    forecasts.project_id,
    projects.project_name,
    forecasts.month,
    forecasts.currency,
    forecasts.spent,
    forecasts.reserved,
    greatest(forecasts.forecast, forecasts.least)::decimal(18, 6) as forecast,
    greatest(forecasts.low, forecasts.least)::decimal(18, 6) as low,
    greatest(forecasts.high, forecasts.least)::decimal(18, 6) as high,
    forecasts.open_jobs,
    forecasts.unpriced_jobs,
    -- for the running month's budget, at the present mean cost of a day
    case
        when forecasts.is_running and forecasts.day_mean > 0
            then
                round(
                    {{ not_negative('(budgets.budget - forecasts.least)::double') }} / forecasts.day_mean, 1
                )
    end as runway_days
from forecasts
left join {{ ref('int_budgets') }} as budgets
    on {{ same_scope('forecasts', 'budgets') }} and forecasts.month = budgets.month
left join {{ ref('dim_projects') }} as projects on forecasts.project_id = projects.project_id
