-- cost_per_user_monthly, 1 row per organization, currency, month and user shown by name; the rest in one
select
    costs.organization,
    costs.currency,
    last_day(costs.month) as date,
    case
        when costs.user_id is null then 'Not attributed'
        when users.place <= getvariable('most_users') then users.label
        else 'Other users'
    end as submitter,
    sum(costs.cost) as cost,
    sum(costs.job_count)::bigint as jobs,
from cost_per_user_monthly as costs
left join shown_users as users on costs.user_id = users.id
where costs.month >= getvariable('since')
group by all
order by all
