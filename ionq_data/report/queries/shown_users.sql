-- 1 row per user: those who cost most since the window began come first
with costs as (
    select user_id, sum(cost) as cost
    from cost_per_user_monthly
    where month >= getvariable('since') and user_id is not null
    group by user_id
)

select coalesce(users.user_id, costs.user_id) as id, users.user_name as name
from dim_users as users
full outer join costs on users.user_id = costs.user_id
order by costs.cost desc nulls last, id
