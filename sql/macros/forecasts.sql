{#-
    The forecast of the rest of a month. Each day to come is expected to cost the mean of its weekday in the eight weeks
    before. The variance of their sum has three parts: the scatter of the days in these weeks, the uncertainty of means
    of few days, and 15 % for a level that moves. The sum is modelled as gamma distributed: a cost is not negative, and
    has a tail upwards.
-#}

{#- The number of weeks that a forecast looks back on. -#}
{% macro forecast_weeks() -%} 8 {%- endmacro %}

{#- The quantile of Student's t (five degrees of freedom) that encloses 80 %: few weeks give the variance. -#}
{% macro forecast_quantile() -%} 1.476 {%- endmacro %}

{#- The normal quantile that encloses the same 80 %. -#}
{% macro normal_quantile() -%} 1.2816 {%- endmacro %}

{#-
    The CTE `forecasts`, 1 row per row of `targets` (organization, project_id, currency, month, origin, first_cost_date):
    `expected`, the cost of the month from the origin on; `expected_today`, the origin's share of it; its `variance`;
    and `day_mean`, the mean cost of a day in the weeks before.
-#}
{% macro month_forecasts(targets) -%}
-- 1 row per scope, origin and day that its forecast looks back on: the origin itself only if there is no earlier day
looked_back as (
    select
        organization,
        project_id,
        currency,
        origin,
        {{ each_day(
            'greatest(first_cost_date, origin - 7 * ' ~ forecast_weeks() ~ ')',
            'greatest(origin - 1, first_cost_date)'
        ) }} as date
    from (select distinct organization, project_id, currency, origin, first_cost_date from {{ targets }}) as origins
),

-- 1 row per scope, origin and weekday that it looks back on
weekdays as (
    select
        looked_back.organization,
        looked_back.project_id,
        looked_back.currency,
        looked_back.origin,
        {{ iso_weekday('looked_back.date') }} as iso_weekday,
        count(*) as days,
        coalesce(sum(costs.cost), 0)::double as cost,
        coalesce({{ exact_sum('pow(costs.cost::double, 2)') }}, 0) as squares
    from looked_back
    left join {{ ref('int_costs_by_scope') }} as costs
        on {{ same_scope('looked_back', 'costs') }} and looked_back.date = costs.date
    group by all
),

-- 1 row per scope and origin: the mean cost of a day, and its variance per unit of cost
levels as (
    select
        organization,
        project_id,
        currency,
        origin,
        greatest(cost / days, 0) as day_mean,
        case
            when cost <= 0 then 0
            when days = 1 then cost
            -- less than two weeks cannot tell weekdays apart
            when days < 14 then (squares - pow(cost, 2) / days) / (days - 1) * days / cost
            else squares_within / (days - weekdays) * days / cost
        end as dispersion
    from (
        select
            organization,
            project_id,
            currency,
            origin,
            sum(days) as days,
            count(*) as weekdays,
            {{ exact_sum('cost') }} as cost,
            {{ exact_sum('squares') }} as squares,
            {{ exact_sum('squares - cost * cost / days') }} as squares_within
        from weekdays
        group by all
    ) as totals
),

-- 1 row per target and weekday: the number of its days to come, the origin included
to_come as (
    select
        organization,
        project_id,
        currency,
        month,
        origin,
        {{ iso_weekday('date') }} as iso_weekday,
        count(*) as days,
        count(*) filter (where date = origin) as todays
    from (
        select
            organization,
            project_id,
            currency,
            month,
            origin,
            {{ each_day('greatest(month, origin)', 'last_day(month)') }} as date
        from {{ targets }}
    ) as days
    group by all
),

-- 1 row per target and weekday to come, with its expected cost: the mean of all days if the weekday has no own mean
means as (
    select
        to_come.*,
        levels.day_mean,
        levels.dispersion,
        coalesce(weekdays.days, 1) as mean_of_days,
        case
            when weekdays.days is null then levels.day_mean else greatest(weekdays.cost / weekdays.days, 0)
        end as mean
    from to_come
    inner join levels
        on {{ same_scope('to_come', 'levels') }} and to_come.origin = levels.origin
    left join weekdays
        on
            {{ same_scope('to_come', 'weekdays') }}
            and to_come.origin = weekdays.origin
            and to_come.iso_weekday = weekdays.iso_weekday
),

-- 1 row per target that is not over
forecasts as (
    select
        organization,
        project_id,
        currency,
        month,
        origin,
        day_mean,
        {{ exact_sum('mean * days') }} as expected,
        {{ exact_sum('mean * todays') }} as expected_today,
        greatest(dispersion, 0) * {{ exact_sum('mean * days * (1 + days::double / mean_of_days)') }}
        + pow(0.15 * {{ exact_sum('mean * days') }}, 2) as variance
    from means
    group by organization, project_id, currency, month, origin, day_mean, dispersion
)
{%- endmacro %}

{#- The quantile of a gamma distribution by its mean and variance, at a normal quantile z (Wilson and Hilferty). -#}
{% macro gamma_quantile(mean, variance, z) -%}
    case
        when {{ mean }} > 0
            then {{ mean }} * pow(
                greatest(1 - {{ variance }} / (9 * pow({{ mean }}, 2)) + ({{ z }}) * sqrt({{ variance }}) / (3 * {{ mean }}), 0),
                3
            )
        else 0
    end
{%- endmacro %}

{#- The probability that such a value exceeds an amount (which is not negative), to 0.0005. -#}
{% macro gamma_exceedance(amount, mean, variance) -%}
    case
        when {{ mean }} <= 0 then 0
        when {{ variance }} <= 0 then ({{ mean }} > {{ amount }})::integer
        else {{ normal_exceedance(
            '((pow(' ~ amount ~ ' / ' ~ mean ~ ', 1e0 / 3) - 1 + ' ~ variance ~ ' / (9 * pow(' ~ mean ~ ', 2))) * 3 * '
            ~ mean ~ ' / sqrt(' ~ variance ~ ') * ' ~ normal_quantile() ~ ' / ' ~ forecast_quantile() ~ ')'
        ) }}
    end
{%- endmacro %}

{#- The probability that a standard normal value is above z, to 0.0002 (Page's logistic approximation). -#}
{% macro normal_exceedance(z) -%}
    1 / (1 + exp(least(1.5976 * {{ z }} + 0.07056 * pow({{ z }}, 3), 700)))
{%- endmacro %}
