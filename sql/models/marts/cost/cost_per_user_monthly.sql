-- 1 row per organization, month, user (null for what no user accounts for) and currency
select
    costs.organization,
    costs.month,
    costs.id as user_id,
    users.user_name,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.qpu_seconds,
    costs.source,
    costs.share_of_month,
    costs.change_from_previous_month
from {{ ref('int_costs_monthly') }} as costs
left join {{ ref('dim_users') }} as users on costs.id = users.user_id
where costs.dimension = 'user'
