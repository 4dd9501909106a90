-- 1 row per organization: the span that is judged, three years at most
with spans as (
    select
        costs.organization,
        min(costs.date) as first_date,
        max(costs.date) as last_date,
    from {{ ref('cost_per_project_daily') }} as costs
    inner join {{ ref('int_clocks') }} as clocks on costs.organization = clocks.organization
    where costs.date between clocks.today - 1096 and clocks.today
    group by costs.organization
),

-- 1 row per organization, project, currency and date since the project's first cost, also a date that cost nothing
calendar as (
    select
        projects.organization,
        projects.project_id,
        projects.currency,
        projects.first_cost_date,
        spans.first_date as organization_first_date,
        spans.last_date,
        unnest(generate_series(projects.first_cost_date, spans.last_date, interval 1 day))::date as date,
    from (
        select
            costs.organization,
            costs.project_id,
            costs.currency,
            min(costs.date) as first_cost_date,
        from {{ ref('cost_per_project_daily') }} as costs
        inner join spans as judged on costs.organization = judged.organization and costs.date >= judged.first_date
        where costs.project_id is not null and costs.cost > 0
        group by all
    ) as projects
    inner join spans on projects.organization = spans.organization
),

daily as (
    select
        calendar.*,
        coalesce(costs.cost, 0) as cost,
        nullif(coalesce(costs.cost, 0), 0) as active_cost,
    from calendar
    left join {{ ref('cost_per_project_daily') }} as costs
        on
            calendar.organization = costs.organization
            and calendar.project_id = costs.project_id
            and calendar.currency = costs.currency
            and calendar.date = costs.date
),

-- what the eight same weekdays before were like, and the days with any cost of the eight weeks before
compared as (
    select
        *,
        count(*) over same_weekday as weekdays,
        median(cost) over same_weekday as expected,
        mad(cost) over same_weekday as deviation,
        median(active_cost) over eight_weeks as active_expected,
        mad(active_cost) over eight_weeks as active_deviation,
        quantile_cont(active_cost::double, 0.9) over eight_weeks as active_p90_cost,
    from daily
    window
        same_weekday as (
            partition by organization, project_id, currency, isodow(date)
            order by date
            rows between 8 preceding and 1 preceding
        ),
        eight_weeks as (
            partition by organization, project_id, currency
            order by date
            rows between 56 preceding and 1 preceding
        )
),

scored as (
    select
        *,
        -- a project that mostly rests on this weekday is measured by what its active days are like
        (cost - expected)::double
        / nullif(
            if(
                expected > 0,
                greatest(1.4826 * deviation::double, 0.1 * expected::double),
                greatest(1.4826 * active_deviation::double, 0.5 * active_expected::double)
            ),
            0
        ) as score,
    from compared
),

-- 1 row per organization, date, project and currency that stands out
judged as (
    select
        *,
        case
            when date = first_cost_date and date >= organization_first_date + 28 then 'new_project'
            -- what a project costs in a day differs by factors: only a day that is dear even among dear ones is news
            when weekdays >= 4 and score >= 3.5 and cost > 2 * active_p90_cost then 'spike'
            -- the last days may not be complete yet
            when weekdays >= 4 and score <= -3.5 and date <= last_date - 2 then 'drop'
        end as reason,
    from scored
)

select
    judged.organization,
    judged.date,
    judged.project_id,
    projects.project_name,
    judged.cost,
    judged.currency,
    coalesce(judged.expected, 0) as expected,
    round(judged.active_p90_cost, 6)::decimal(18, 6) as active_p90_cost,
    if(judged.reason = 'new_project', null, judged.score) as score,
    judged.reason,
from judged
left join {{ ref('dim_projects') }} as projects on judged.project_id = projects.project_id
where judged.reason is not null
