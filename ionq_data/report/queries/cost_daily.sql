-- cost_per_project_daily, 1 row per organization, date, currency and project shown by name; the rest in one.
-- The first few projects are a series of their own in the chart.
with named as (
    select
        costs.*,
        case
            when costs.project_id is null then 'Not attributed'
            when projects.place <= getvariable('most_projects') then projects.label
            else 'Other projects'
        end as project,
        case
            when costs.project_id is null then 'Not attributed'
            when projects.place <= getvariable('most_series') then projects.label
            else 'Other projects'
        end as series,
        case
            when costs.project_id is null then 1001
            when projects.place <= getvariable('most_series') then projects.place
            else 1000
        end as place,
    from cost_per_project_daily as costs
    left join shown_projects as projects on costs.project_id = projects.id
    where costs.date >= getvariable('since')
)

select organization, currency, date, project, series, place, sum(cost) as cost, sum(job_count)::bigint as jobs,
from named
group by all
order by organization, currency, date, place, project
