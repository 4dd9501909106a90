-- cost_per_project_daily of this month and the last; each project also has a row without cost on the last day of
-- each month so far, so that a running total reaches it
with months as (
    select unnest([
        {'month': getvariable('this_month'), 'until': getvariable('today'), 'which': 'This month'},
        {
            'month': (getvariable('this_month') - interval 1 month)::date,
            'until': getvariable('this_month') - 1,
            'which': 'Last month'
        }
    ], recursive := true)
),

costs as (
    select costs.organization, costs.currency, costs.date, costs.project_id, costs.cost, months.which, months.until,
    from cost_per_project_daily as costs
    inner join months on costs.date between months.month and months.until
),

padded as (
    select * exclude (until) from costs
    union all by name
    select distinct organization, currency, until as date, project_id, 0 as cost, which from costs
)

select
    padded.organization,
    padded.currency,
    padded.date,
    day(padded.date) as day,
    padded.which,
    case
        when padded.project_id is null then 'Not attributed'
        when projects.place <= getvariable('most_projects') then projects.label
        else 'Other projects'
    end as project,
    sum(padded.cost) as cost,
from padded
left join shown_projects as projects on padded.project_id = projects.id
group by all
order by all
