-- 1 row per organization, date, project and currency: the cost that counts now, and the one that counted at the close
with dates as (
    select
        organization,
        date,
        project_id,
        currency,
        sum(cost_now) as cost_now,
        sum(cost_at_close) as cost_at_close
    from (
        select
            costs.organization,
            costs.date,
            costs.id as project_id,
            costs.currency,
            costs.cost as cost_now,
            case when restated.date is null then costs.cost else 0 end as cost_at_close
        from {{ ref('int_costs_daily') }} as costs
        left join {{ ref('int_restated_dates') }} as restated
            on costs.organization = restated.organization and costs.date = restated.date
        where costs.dimension = 'project'
        union all
        select
            organization,
            date,
            project_id,
            currency,
            0 as cost_now,
            cost as cost_at_close
        from {{ ref('int_costs_at_close') }}
    ) as both_costs
    group by organization, date, project_id, currency
),

months as (
    select
        organization,
        date_trunc('month', date)::date as month,
        project_id,
        currency,
        sum(cost_now) as amount_now,
        sum(cost_at_close) as amount_at_close,
        count(*) filter (where cost_now <> cost_at_close) as restated_dates
    from dates
    group by organization, date_trunc('month', date), project_id, currency
)

-- 1 row per organization, month, project (null for what no project accounts for) and currency
select
    months.organization,
    months.month,
    months.project_id,
    projects.project_name,
    months.currency,
    if(closings.closed_on is null, 'open', 'closed') as status,
    closings.closed_on,
    case when closings.closed_on is not null then months.amount_at_close end as amount_at_close,
    months.amount_now,
    case when closings.closed_on is not null then months.amount_now - months.amount_at_close end as restated,
    case when closings.closed_on is not null then months.restated_dates end as restated_dates
from months
left join {{ ref('int_month_closings') }} as closings
    on months.organization = closings.organization and months.month = closings.month
left join {{ ref('dim_projects') }} as projects on months.project_id = projects.project_id
