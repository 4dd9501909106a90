-- cost_per_cost_center_monthly, as it is; the newest month first, at most 300 rows
select
    organization,
    month,
    last_day(month) as month_end,
    coalesce(cost_center, 'No rule') as cost_center,
    cost,
    currency,
    job_count,
    share_of_month,
from cost_per_cost_center_monthly
-- without a rule there is nothing to say
where month >= getvariable('since') and exists(from cost_per_cost_center_monthly where cost_center is not null)
order by month desc, cost desc, cost_center, organization, currency
limit 300
