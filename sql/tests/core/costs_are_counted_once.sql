-- Returns each currency in which the costs of the jobs do not add up to the bills that count.
with amounts as (
    select
        currency,
        cost,
        0 as billed_cost
    from {{ ref('fct_jobs') }}
    union all
    select
        currency,
        0 as cost,
        cost as billed_cost
    from {{ ref('int_job_bills') }}
)

select
    currency,
    sum(cost) as cost,
    sum(billed_cost) as billed_cost
from amounts
group by currency
having sum(cost) <> sum(billed_cost)
