-- Returns each date and project whose FOCUS charges do not add up to its cost.
with charged as (
    select
        "BillingAccountId" as organization,
        "ChargePeriodStart"::date as date,
        "SubAccountId" as project_id,
        "PricingCurrency" as currency,
        sum("PricingCurrencyEffectiveCost") as cost
    from {{ ref('focus_cost_and_usage') }}
    group by all
)

select
    costs.organization,
    costs.date,
    costs.project_id,
    costs.currency,
    costs.cost,
    charged.cost as charged_cost
from {{ ref('cost_per_project_daily') }} as costs
full outer join charged
    on
        costs.organization = charged.organization
        and costs.date = charged.date
        and costs.project_id is not distinct from charged.project_id
        and costs.currency = charged.currency
where coalesce(costs.cost, 0) <> coalesce(charged.cost, 0)
