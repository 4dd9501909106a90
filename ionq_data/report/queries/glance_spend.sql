-- cost_per_project_daily, 1 row per organization and currency: this month so far, the same days of the last, all of it
select
    organization,
    currency,
    coalesce(sum(cost) filter (where date >= getvariable('this_month')), 0)::decimal(18, 6) as this_month,
    coalesce(sum(cost) filter (
        where date < getvariable('this_month') and day(date) <= day(getvariable('today'))
    ), 0)::decimal(18, 6) as last_month_to_date,
    coalesce(sum(cost) filter (where date < getvariable('this_month')), 0)::decimal(18, 6) as last_month,
from cost_per_project_daily
where date between (getvariable('this_month') - interval 1 month)::date and getvariable('today')
group by all
order by this_month desc, organization, currency
