{%- set judged_days = 1096 -%}
{%- set look_back_days = 84 -%}
{%- set least_active_days = 7 -%}
{%- set least_active_days_of_silence = 3 -%}
{%- set spike_factor = 7 -%}
{%- set silence_probability = 0.0001 -%}
{%- set least_silent_days = 13 -%}
{%- set creep_score, creep_factor = 9.5, 2.5 -%}
{%- set shift_score = 26 -%}

-- 1 row per organization: its whole history, of which the last three years are judged
with spans as (
    select
        costs.organization,
        min(costs.date) as first_date,
        max(costs.date) as last_date,
        max(clocks.today) - {{ judged_days }} as judged_from
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
        min(date) as first_cost_date
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
        {{ each_day(
            'greatest(series.first_date, spans.judged_from - ' ~ look_back_days ~ ')', 'spans.last_date'
        ) }} as date
    from (
        select
            organization,
            project_id,
            currency,
            min(date) as first_date
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
        -- in whatever currency: a project that changes to credits is not silent
        max((coalesce(costs.cost, 0) > 0)::integer) over (
            partition by calendar.organization, calendar.project_id, calendar.date
        ) as is_active
    from calendar
    left join {{ ref('cost_per_project_daily') }} as costs
        on
            calendar.organization = costs.organization
            and calendar.project_id = costs.project_id
            and calendar.currency = costs.currency
            and calendar.date = costs.date
),

-- what the weekdays and the eight weeks before were like
compared as (
    select
        *,
        count(*) over same_weekday as weekdays,
        {{ median_over('cost::double', 'same_weekday') }} as weekday_expected,
        {{ mad_over('cost::double', 'same_weekday') }} as deviation,
        avg(cost::double) over same_weekday as weekday_mean,
        (sum((cost > 0)::integer) over same_weekday + 0.5::double) / (count(*) over same_weekday + 1) as active_share,
        {{ median_over('active_cost::double', 'eight_weeks') }} as active_expected,
        {{ mad_over('active_cost::double', 'eight_weeks') }} as active_deviation,
        {{ quantile_over('active_cost::double', 0.9, 'eight_weeks') }} as active_p90_cost,
        count(active_cost) over eight_weeks as active_days,
        sum(is_active) over until_now as active_days_so_far,
        -- of the same weekday: on how many of the last four, and of the eight before these, there was a cost
        sum((cost > 0)::integer) over (
            partition by organization, project_id, currency, {{ iso_weekday('date') }}
            order by date
            rows between 3 preceding and current row
        ) as active_of_4,
        sum((cost > 0)::integer) over (
            partition by organization, project_id, currency, {{ iso_weekday('date') }}
            order by date
            rows between 11 preceding and 4 preceding
        ) as active_of_8
    from daily
    window
        same_weekday as (
            partition by organization, project_id, currency, {{ iso_weekday('date') }}
            order by date
            rows between 8 preceding and 1 preceding
        ),
        eight_weeks as (
            partition by organization, project_id, currency
            order by date
            rows between 56 preceding and 1 preceding
        ),
        until_now as (
            partition by organization, project_id, currency order by date
            rows between unbounded preceding and current row
        )
),

-- a project that mostly rests on this weekday is measured by what its active days are like; a single dear day is capped
-- where a level is looked for
usual as (
    select
        *,
        if(weekday_expected > 0, weekday_expected, coalesce(active_expected, 0)) as expected_day,
        if(
            weekday_expected > 0,
            greatest(1.4826 * deviation::double, 0.1 * weekday_expected::double),
            greatest(1.4826 * active_deviation::double, 0.5 * active_expected::double)
        ) as scale,
        least(cost::double, coalesce(2 * active_p90_cost, cost::double)) as capped_cost,
        pow(active_of_4 / 4 - active_of_8 / 8, 2)
        / ((active_of_4 + active_of_8 + 1) / 14 * (1 - (active_of_4 + active_of_8 + 1) / 14) * 3 / 8) as shift
    from compared
),

-- what the days since the last cost, the last four weeks and the eight before these came to
levels as (
    select
        *,
        -- how likely as long a silence is, by how often there is a cost on each of its weekdays
        sum(if(is_active = 0, ln(1 - active_share), 0)) over silence as log_silence,
        sum(1 - is_active) over silence as silent_days,
        sum(if(is_active = 0, weekday_mean, 0)) over silence as silence_expected,
        sum(capped_cost) over four_weeks as recent_cost,
        sum(capped_cost) over before_these as earlier_cost,
        sum(pow(capped_cost, 2)) over before_these as earlier_squares,
        count(*) over before_these as earlier_days,
        sum(shift) over week as shift_score,
        sum(active_of_4) over week / 28 as recent_activity,
        sum(active_of_8) over week / 56 as earlier_activity
    from usual
    window
        silence as (
            partition by organization, project_id, currency, active_days_so_far order by date
            rows between unbounded preceding and current row
        ),
        four_weeks as (
            partition by organization, project_id, currency order by date rows between 27 preceding and current row
        ),
        before_these as (
            partition by organization, project_id, currency order by date rows between 83 preceding and 28 preceding
        ),
        week as (
            partition by organization, project_id, currency order by date rows between 6 preceding and current row
        )
),

scored as (
    select
        *,
        (cost - expected_day)::double / nullif(scale, 0) as day_score,
        recent_cost - earlier_cost / 2 as more,
        -- the variance of four weeks' cost less half of eight weeks' cost, from the days of the eight weeks
        sqrt(42 * nullif(earlier_squares / 56 - pow(earlier_cost / 56, 2), 0)) as more_scale
    from levels
),

-- each rule by itself
ruled as (
    select
        *,
        date = first_cost_date and date >= organization_first_date + 28 as is_new,
        -- what a project costs in a day differs by factors: only a day that is far dearer than any is news
        weekdays >= 4 and active_days >= {{ least_active_days }} and day_score >= 3.5
        and cost > {{ spike_factor }} * active_p90_cost as is_spike,
        log_silence <= ln({{ silence_probability }}) and silent_days >= {{ least_silent_days }}
        and active_days >= {{ least_active_days_of_silence }} as is_silent,
        earlier_days = 56
        and more / more_scale >= {{ creep_score }}
        and recent_cost >= {{ creep_factor }} * earlier_cost / 2 as is_creeping,
        earlier_days = 56 and shift_score >= {{ shift_score }}
        and recent_activity between 0.6 * earlier_activity and 1.6 * earlier_activity as is_shifted
    from scored
),

-- 1 row per organization, project, currency and date on which a rule begins to hold
judged as (
    select
        *,
        case
            when is_new then 'new_project'
            when is_spike then 'spike'
            -- the last days may not be complete yet
            when is_silent and not coalesce(lag(is_silent) over series, false) and date <= last_date - 2 then 'drop'
            when is_creeping and not coalesce(bool_or(is_creeping) over weeks_before, false) then 'creep'
            when is_shifted and not coalesce(bool_or(is_shifted) over weeks_before, false) then 'weekday_shift'
        end as reason
    from ruled
    window
        series as (partition by organization, project_id, currency order by date),
        weeks_before as (
            partition by organization, project_id, currency order by date rows between 56 preceding and 1 preceding
        )
)

select
    judged.organization,
    judged.date,
    judged.project_id,
    projects.project_name,
    case judged.reason
        when 'drop' then 0
        when 'creep' then judged.recent_cost
        when 'weekday_shift' then judged.recent_cost
        else judged.cost
    end::decimal(18, 6) as cost,
    judged.currency,
    case judged.reason
        when 'new_project' then 0
        when 'drop' then judged.silence_expected
        when 'creep' then judged.earlier_cost / 2
        when 'weekday_shift' then judged.earlier_cost / 2
        else judged.expected_day
    end::decimal(18, 6) as expected,
    case judged.reason when 'drop' then judged.silent_days when 'creep' then 28 when 'weekday_shift' then 28 else 1 end
        as days,
    round(judged.active_p90_cost, 6)::decimal(18, 6) as active_p90_cost,
    round(
        case judged.reason
            when 'spike' then judged.day_score
            when 'drop' then -sqrt(-2 * judged.log_silence)
            when 'creep' then judged.more / judged.more_scale
            when 'weekday_shift' then sqrt(judged.shift_score)
        end,
        6
    ) as score,
    judged.reason
from judged
left join {{ ref('dim_projects') }} as projects on judged.project_id = projects.project_id
where judged.reason is not null and judged.date >= judged.judged_from
