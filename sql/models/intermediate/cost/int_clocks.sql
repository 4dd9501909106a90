-- 1 row per organization: the date that stands for today, and the first of the (at most) 28 days before it
select
    accounts.organization,
    coalesce(max(accounts.as_of)::date, costs.last_date) as today,
    greatest(coalesce(max(accounts.as_of)::date, costs.last_date) - 28, costs.first_date) as window_start,
    costs.first_date as first_cost_date
from {{ ref('int_accounts') }} as accounts
left join (
    select
        organization,
        min(date) as first_date,
        max(date) as last_date
    from {{ ref('int_costs_by_scope') }}
    group by organization
) as costs on accounts.organization = costs.organization
group by accounts.organization, costs.first_date, costs.last_date
