{%- set judged_days = 1096 -%}
{%- set look_back_days = 56 -%}

-- 1 row per organization: its whole history, of which the last three years are judged
with spans as (
    select
        costs.organization,
        min(costs.date) as first_date,
        max(costs.date) as last_date,
        max(clocks.today) - {{ judged_days }} as judged_from,
    from {{ ref('cost_per_project_daily') }} as costs
    inner join {{ ref('int_clocks') }} as clocks on costs.organization = clocks.organization
    where costs.date <= clocks.today
    group by costs.organization
),

-- 1 row per organization and project that ever cost something, in whatever currency
projects as (
    select
        organization,
        project_id,
        min(date) as first_cost_date,
    from {{ ref('cost_per_project_daily') }}
    where project_id is not null and cost > 0
    group by organization, project_id
),

-- 1 row per organization, project, currency and date since the project's first cost in it or since eight weeks before
-- what is judged, also a date that cost nothing
calendar as (
    select
        series.organization,
        series.project_id,
        series.currency,
        projects.first_cost_date,
        spans.first_date as organization_first_date,
        spans.judged_from,
        spans.last_date,
        unnest(generate_series(
            greatest(series.first_date, spans.judged_from - {{ look_back_days }}), spans.last_date, interval 1 day
        ))::date as date,
    from (
        select
            organization,
            project_id,
            currency,
            min(date) as first_date,
        from {{ ref('cost_per_project_daily') }}
        where project_id is not null and cost > 0
        group by all
    ) as series
    inner join projects on series.organization = projects.organization and series.project_id = projects.project_id
    inner join spans on series.organization = spans.organization
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
        median(cost) over same_weekday as weekday_expected,
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
            rows between {{ look_back_days }} preceding and 1 preceding
        )
),

-- a project that mostly rests on this weekday is measured by what its active days are like
usual as (
    select
        *,
        if(weekday_expected > 0, weekday_expected, coalesce(active_expected, 0)) as expected,
        if(
            weekday_expected > 0,
            greatest(1.4826 * deviation::double, 0.1 * weekday_expected::double),
            greatest(1.4826 * active_deviation::double, 0.5 * active_expected::double)
        ) as scale,
    from compared
),

scored as (
    select
        *,
        (cost - expected)::double / nullif(scale, 0) as score,
    from usual
    where date >= judged_from
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
    judged.expected,
    round(judged.active_p90_cost, 6)::decimal(18, 6) as active_p90_cost,
    if(judged.reason = 'new_project', null, judged.score) as score,
    judged.reason,
from judged
left join {{ ref('dim_projects') }} as projects on judged.project_id = projects.project_id
where judged.reason is not null
