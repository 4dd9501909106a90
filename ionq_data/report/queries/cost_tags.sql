-- cost_per_tag_monthly of this month and the last, the six keys with the most cost; at most 200 rows. A key with more
-- than 30 values numbers the jobs rather than groups them: it comes last.
with keys as (
    select
        tag_key,
        sum(cost) filter (tag_value is not null) as tagged,
        count(distinct tag_value) > 30 as is_numbering,
    from cost_per_tag_monthly
    where month >= getvariable('this_month') - interval 1 month
    group by tag_key
    order by is_numbering, tagged desc nulls last, tag_key
    limit 6
)

select
    costs.organization,
    costs.month,
    last_day(costs.month) as month_end,
    costs.tag_key,
    coalesce(costs.tag_value, 'Untagged') as tag_value,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.share_of_month,
from cost_per_tag_monthly as costs
inner join keys on costs.tag_key = keys.tag_key
where costs.month >= getvariable('this_month') - interval 1 month
order by keys.is_numbering, keys.tagged desc, costs.tag_key, costs.month desc, costs.cost desc, costs.tag_value
limit 200
