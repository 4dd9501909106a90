-- 1 row per organization, project (null for all of it), month and currency: with a budget, or the running month
with judged as (
    select
        forecasts.*,
        budgets.budget,
        budgets.source as budget_source,
        case
            when budgets.budget is null then null
            when forecasts.spent > budgets.budget then 1
            else
                {{ gamma_exceedance(
                    '(budgets.budget - forecasts.spent)::double', 'forecasts.to_come', 'forecasts.variance'
                ) }}
        end as probability
    from {{ ref('int_forecasts') }} as forecasts
    left join {{ ref('int_budgets') }} as budgets
        on {{ same_scope('forecasts', 'budgets') }} and forecasts.month = budgets.month
)

select
    judged.organization,
    judged.project_id,
    forecasts.project_name,
    judged.month,
    judged.budget,
    judged.budget_source,
    judged.currency,
    judged.spent,
    forecasts.forecast,
    forecasts.low,
    forecasts.high,
    forecasts.reserved,
    forecasts.runway_days,
    judged.spent::double / nullif(judged.budget, 0)::double as share_spent,
    round(judged.probability, 4) as probability_of_exceeding,
    case
        when judged.budget is null then 'no_budget'
        when judged.spent > judged.budget then 'exceeded'
        when judged.probability >= {{ var('at_risk_from') }} or forecasts.forecast > judged.budget then 'at_risk'
        else 'on_track'
    end as status
from judged
inner join {{ ref('cost_forecast') }} as forecasts
    on {{ same_scope('judged', 'forecasts') }} and judged.month = forecasts.month
