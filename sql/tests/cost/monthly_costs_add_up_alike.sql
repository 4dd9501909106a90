{{ config(severity = 'warn') }}
-- Returns each month whose costs by backend do not add up to its costs by project: both split the same amounts. They
-- can differ only where a report lists a group in a currency for which it gives no total.
with splits as (
    select
        organization,
        month,
        currency,
        cost,
        0 as backend_cost
    from {{ ref('cost_per_project_monthly') }}
    union all
    select
        organization,
        month,
        currency,
        0 as cost,
        cost as backend_cost
    from {{ ref('cost_per_backend_monthly') }}
)

select
    organization,
    month,
    currency,
    sum(cost) as cost,
    sum(backend_cost) as backend_cost
from splits
group by all
having sum(cost) <> sum(backend_cost)
