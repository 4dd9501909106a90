-- cost_per_user_monthly of this month and the last, as it is; at most 200 rows
select
    costs.organization,
    costs.month,
    last_day(costs.month) as month_end,
    coalesce(users.label, costs.user_id, 'Not attributed') as submitter,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.share_of_month,
    costs.change_from_previous_month,
from cost_per_user_monthly as costs
left join shown_users as users on costs.user_id = users.id
where costs.month >= getvariable('this_month') - interval 1 month
order by costs.month desc, costs.cost desc, submitter, costs.organization, costs.currency
limit 200
