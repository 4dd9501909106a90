-- budget_status and cost_per_project_daily, 1 row per budget of the running month and day: what share of it is left,
-- after each day so far and, by the forecast, at the end of the month
with budgets as (
    select
        status.*,
        coalesce(projects.label, if(status.project_id is null, 'Whole organization', status.project_id)) as project,
    from budget_status as status
    left join shown_projects as projects on status.project_id = projects.id
    where status.month = getvariable('this_month') and status.budget > 0
    qualify row_number() over (order by status.project_id is not null, status.budget desc, status.project_id) <= 8
),

days as (
    select unnest(generate_series(getvariable('this_month'), getvariable('today'), interval 1 day))::date as date
),

spent as (
    select
        budgets.organization,
        budgets.currency,
        budgets.project,
        days.date,
        budgets.budget,
        coalesce(sum(costs.cost), 0) as cost,
    from budgets
    cross join days
    left join cost_per_project_daily as costs
        on
            budgets.organization = costs.organization
            and budgets.currency = costs.currency
            and (budgets.project_id is null or budgets.project_id = costs.project_id)
            and costs.date between budgets.month and days.date
    group by budgets.organization, budgets.currency, budgets.project, days.date, budgets.budget
),

left_after as (
    select organization, currency, project, date, budget - cost as remaining, budget,
    from spent
)

select organization, currency, project, date, remaining, budget, 'spent' as basis, (remaining / budget)::double as share
from left_after
union all
select organization, currency, project, date, remaining, budget, 'forecast' as basis, (remaining / budget)::double as share
from left_after
where date = getvariable('today')
union all
select
    organization, currency, project, last_day(month) as date, budget - forecast as remaining, budget,
    'forecast' as basis, ((budget - forecast) / budget)::double as share,
from budgets
where last_day(month) > getvariable('today')
order by all
