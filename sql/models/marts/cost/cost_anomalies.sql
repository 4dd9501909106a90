{%- set judged_days = 1096 -%}
{%- set look_back_days = 364 -%}
{%- set least_active_days = 7 -%}
{%- set least_active_days_of_silence = 3 -%}
{%- set spike_factor = 7 -%}
{%- set silence_probability = 0.0001 -%}
{%- set least_silent_days = 13 -%}
{%- set creep_score, creep_factor = 3.8, 1.5 -%}
{%- set shift_score = 15 -%}
{%- set least_earlier_days = 56 -%}

-- 1 row per organization: its whole history; only the last three years are judged
with spans as (
    select
        costs.organization,
        min(costs.date) as first_date,
        max(costs.date) as last_date,
        clocks.today - {{ judged_days }} as judged_from
    from {{ ref('cost_per_project_daily') }} as costs
    inner join {{ ref('int_clocks') }} as clocks on costs.organization = clocks.organization
    where costs.date <= clocks.today
    group by costs.organization, clocks.today
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

-- 1 row per organization, project, currency and date, also dates without a cost: since the project's first cost in
-- the currency, or since a year before the judged dates
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
        if(costs.cost > 0, costs.cost, null) as active_cost,  -- a refund is no activity, and has no logarithm
        -- in any currency: a project that changes to credits is not silent
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

-- the costs of the weekdays and of the eight weeks before
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
        -- for the same weekday: the share of the last seven, and of the half year before these, that had a cost
        sum((cost > 0)::integer) over (
            partition by organization, project_id, currency, {{ iso_weekday('date') }}
            order by date
            rows between 6 preceding and current row
        ) + 0.25::double as active_now,
        coalesce(
            sum((cost > 0)::integer) over (
                partition by organization, project_id, currency, {{ iso_weekday('date') }}
                order by date
                rows between 32 preceding and 7 preceding
            ), 0
        ) + 0.25::double as active_before
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

-- a project that mostly has no cost on this weekday is compared with its active days
usual as (
    select
        *,
        if(weekday_expected > 0, weekday_expected, coalesce(active_expected, 0)) as expected_day,
        if(
            weekday_expected > 0,
            greatest(1.4826 * deviation::double, 0.1 * weekday_expected::double),
            greatest(1.4826 * active_deviation::double, 0.5 * active_expected::double)
        ) as scale,
        ln(active_cost::double) as log_cost
    from compared
),

-- the days since the last cost, and the sums of the last weeks and of those before them
levels as (
    select
        *,
        -- the probability of such a silence, from how often each of its weekdays has a cost
        sum(if(is_active = 0, ln(1 - active_share), 0)) over silence as log_silence,
        sum(1 - is_active) over silence as silent_days,
        sum(if(is_active = 0, weekday_mean, 0)) over silence as silence_expected,
        sum(cost::double) over six_weeks as six_weeks_cost,
        count(log_cost) over six_weeks as six_weeks_active,
        avg(log_cost) over six_weeks as six_weeks_level,
        greatest(var_samp(log_cost) over six_weeks, 0.01) as six_weeks_variance,
        42 * avg(cost::double) over year_before as six_weeks_expected,
        count(*) over year_before as year_days,
        count(log_cost) over year_before as year_active,
        avg(log_cost) over year_before as year_level,
        greatest(var_samp(log_cost) over year_before, 0.01) as year_variance,
        sum(cost::double) over seven_weeks as seven_weeks_cost,
        49 * avg(cost::double) over half_year_before as seven_weeks_expected,
        count(*) over half_year_before as half_year_days,
        sum(active_now) over week as all_now,
        sum(active_before) over week as all_before,
        sum(
            active_now * ln(active_now) + active_before * ln(active_before)
            - (active_now + active_before) * ln(active_now + active_before)
        ) over week as weekday_entropy
    from usual
    window
        silence as (
            partition by organization, project_id, currency, active_days_so_far order by date
            rows between unbounded preceding and current row
        ),
        six_weeks as (
            partition by organization, project_id, currency order by date rows between 41 preceding and current row
        ),
        year_before as (
            partition by organization, project_id, currency order by date rows between 363 preceding and 70 preceding
        ),
        seven_weeks as (
            partition by organization, project_id, currency order by date rows between 48 preceding and current row
        ),
        half_year_before as (
            partition by organization, project_id, currency order by date rows between 230 preceding and 49 preceding
        ),
        week as (
            partition by organization, project_id, currency order by date rows between 6 preceding and current row
        )
),

scored as (
    select
        *,
        (cost - expected_day)::double / nullif(scale, 0) as day_score,
        -- Student's t of the logarithms of the active days' costs
        (six_weeks_level - year_level) / sqrt(
            ((six_weeks_active - 1) * six_weeks_variance + (year_active - 1) * year_variance)
            / nullif(six_weeks_active + year_active - 2, 0)
            * (1::double / nullif(six_weeks_active, 0) + 1::double / nullif(year_active, 0))
        ) as creep_score,
        -- the G-test of a table: the active days of each weekday, now and before
        2 * (
            weekday_entropy - all_now * ln(all_now) - all_before * ln(all_before)
            + (all_now + all_before) * ln(all_now + all_before)
        ) as shift_score
    from levels
),

-- each rule by itself
ruled as (
    select
        *,
        date = first_cost_date and date >= organization_first_date + 28 as is_new,
        -- a project's daily costs vary by factors, so only a day far above all others is an anomaly
        weekdays >= 4 and active_days >= {{ least_active_days }} and day_score >= 3.5
        and cost > {{ spike_factor }} * active_p90_cost as is_spike,
        log_silence <= ln({{ silence_probability }}) and silent_days >= {{ least_silent_days }}
        and active_days >= {{ least_active_days_of_silence }} as is_silent,
        year_days >= {{ least_earlier_days }} and six_weeks_active >= 6 and year_active >= 10
        and creep_score >= {{ creep_score }}
        and six_weeks_cost >= {{ creep_factor }} * six_weeks_expected as is_creeping,
        half_year_days >= {{ least_earlier_days }} and all_now >= 8 + 7 * 0.25 and all_before >= 16 + 7 * 0.25
        and shift_score >= {{ shift_score }} as is_shifted
    from scored
),

-- 1 row per organization, project, currency and date on which a rule begins to hold
judged as (
    select
        *,
        case
            when is_new then 'new_project'
            when is_spike then 'spike'
            -- the last days may still be incomplete
            when is_silent and not lag(is_silent) over series and date <= last_date - 2 then 'drop'
            when is_creeping and not bool_or(is_creeping) over weeks_before then 'creep'
            when is_shifted and not bool_or(is_shifted) over weeks_before then 'weekday_shift'
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
        when 'creep' then judged.six_weeks_cost
        when 'weekday_shift' then judged.seven_weeks_cost
        else judged.cost
    end::decimal(18, 6) as cost,
    judged.currency,
    case judged.reason
        when 'new_project' then 0
        when 'drop' then judged.silence_expected
        when 'creep' then judged.six_weeks_expected
        when 'weekday_shift' then judged.seven_weeks_expected
        else judged.expected_day
    end::decimal(18, 6) as expected,
    case judged.reason when 'drop' then judged.silent_days when 'creep' then 42 when 'weekday_shift' then 49 else 1 end
        as days,
    round(judged.active_p90_cost, 6)::decimal(18, 6) as active_p90_cost,
    round(
        case judged.reason
            when 'spike' then judged.day_score
            when 'drop' then -sqrt(-2 * judged.log_silence)
            when 'creep' then judged.creep_score
            when 'weekday_shift' then judged.shift_score
        end,
        6
    ) as score,
    judged.reason
from judged
left join {{ ref('dim_projects') }} as projects on judged.project_id = projects.project_id
where judged.reason is not null and judged.date >= judged.judged_from
