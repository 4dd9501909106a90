{#-
    The CTEs `percentiles` and `kaplan_meier`, each one row per group, over waits of `int_queue_waits`.

    Percentiles interpolate linearly between the waits of jobs that started (NumPy's default). A Kaplan-Meier quantile
    q is the shortest wait t with S(t) <= 1 - q over started and censored jobs, null if S stays above. The product of
    many fractions misses an exact tie by some units in the last place, hence the tolerance of 1e-9.
-#}
{% macro queue_statistics(waits, groups) -%}
{%- set by = groups | join(', ') -%}
percentiles as (
    select
        {{ by }},
        count(*) as jobs_submitted,
        count(*) filter (where is_started) as jobs_started,
        count(*) filter (where is_censored) as jobs_censored,
        -- summed as whole microseconds: the order of rows then changes no digit
        avg(round(wait_seconds * 1e6)::bigint) filter (where is_started) / 1e6 as mean_seconds,
        {{ quantiles('wait_seconds', [0.5, 0.9, 0.95, 0.99]) }} filter (where is_started) as quantiles
    from {{ waits }}
    group by {{ by }}
),

-- 1 row per group and length of wait
exits as (
    select
        {{ by }},
        wait_seconds,
        count(*) as exits,
        count(*) filter (where is_started) as starts
    from {{ waits }}
    where is_started or is_censored
    group by {{ by }}, wait_seconds
),

-- 1 row per group and length of wait, with the number of jobs that waited at least as long
risks as (
    select
        *,
        sum(exits) over (partition by {{ by }} order by wait_seconds desc) as at_risk
    from exits
),

-- 1 row per group and length of wait, with the share of jobs that wait longer
survival as (
    select
        *,
        -- a product as a sum of logarithms; once a factor is zero, nobody is left
        case when min(1 - starts / at_risk) over longer_and_longer > 0
            then exp(sum(ln(nullif(1 - starts / at_risk, 0))) over longer_and_longer)
            else 0
        end as still_waiting
    from risks
    window longer_and_longer as (partition by {{ by }} order by wait_seconds asc)
),

-- 1 row per group
kaplan_meier as (
    select
        {{ by }},
        min(wait_seconds) filter (where still_waiting <= 0.5 + 1e-9) as km_p50_seconds,
        min(wait_seconds) filter (where still_waiting <= 0.1 + 1e-9) as km_p90_seconds
    from survival
    group by {{ by }}
)
{%- endmacro %}

{#- The columns that all marts of waits share, from the CTEs above. -#}
{% macro queue_statistics_columns() -%}
    percentiles.jobs_submitted,
    percentiles.jobs_started,
    percentiles.jobs_censored,
    percentiles.mean_seconds,
    {{ nth('percentiles.quantiles', 1) }} as p50_seconds,
    {{ nth('percentiles.quantiles', 2) }} as p90_seconds,
    {{ nth('percentiles.quantiles', 3) }} as p95_seconds,
    {{ nth('percentiles.quantiles', 4) }} as p99_seconds,
    kaplan_meier.km_p50_seconds,
    kaplan_meier.km_p90_seconds
{%- endmacro %}
