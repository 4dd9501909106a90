-- 1 row per organization, month, backend (null for what no job accounts for) and currency
select
    costs.organization,
    costs.month,
    costs.id as backend,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.qpu_seconds,
    costs.source,
    costs.share_of_month,
    costs.change_from_previous_month
from {{ ref('int_costs_monthly') }} as costs
where costs.dimension = 'backend'
