{%- set side = 12 -%}
{%- set fewest = 5 -%}
{%- set least_confidence = 0.5 -%}

-- 1 row per measurement, with up to {{ side }} values before it, {{ side }} from it on, and both together
with sides as (
    select
        *,
        array_agg(value) over before_it as values_before,
        array_agg(value) over from_it_on as values_after,
        array_agg(value) over around_it as values_around,
        row_number() over series as position,
        count(*) over (partition by backend, metric) as measurements
    from {{ ref('int_fidelity_measurements') }}
    window
        series as (partition by backend, metric order by measured_at),
        before_it as (
            partition by backend, metric order by measured_at rows between {{ side }} preceding and 1 preceding
        ),
        from_it_on as (
            partition by backend, metric order by measured_at rows between current row and {{ side - 1 }} following
        ),
        around_it as (
            partition by backend, metric order by measured_at
            rows between {{ side }} preceding and {{ side - 1 }} following
        )
),

-- 1 row per measurement with enough neighbours on both sides
levels as (
    select
        *,
        {{ median_of_list('values_before') }} as before,
        {{ median_of_list('values_after') }} as after
    from sides
    where {{ list_size('values_before') }} >= {{ fewest }} and {{ list_size('values_after') }} >= {{ fewest }}
),

-- 1 row per such measurement, with the noise about its two levels
spreads as (
    select
        *,
        {{ mad_to_sigma() }} * {{ median_of_list(
            'concat(' ~ deviations('values_before', 'before') ~ ', ' ~ deviations('values_after', 'after') ~ ')'
        ) }} as spread
    from levels
),

-- 1 row per such measurement: it has at least the usual noise of the series, since a spell can be quiet by chance
noises as (
    select
        *,
        greatest(spread, median(spread) over (partition by backend, metric)) as sigma
    from spreads
),

-- 1 row per such measurement: the step in standard errors of a difference of two medians
steps as (
    select
        *,
        case
            when after = before then 0
            when sigma = 0 then 1e6
            else
                abs(after - before) / (
                    1.2533 * sigma
                    * sqrt(1 / {{ list_size('values_before') }} + 1 / {{ list_size('values_after') }})
                )
        end as score
    from noises
),

-- 1 row per such measurement: Student's tail, times two directions and as many tries as there are measurements
doubts as (
    select
        *,
        1 - least(
            1,
            2 * measurements * pow(
                1 + score * score / ({{ list_size('values_around') }} - 2),
                -({{ list_size('values_around') }} - 1) / 2
            )
        ) as confidence
    from steps
),

-- 1 row per change: the clearest step of its neighbourhood
peaks as (
    select *
    from doubts
    qualify
        confidence >= {{ least_confidence }}
        and score = max(score) over (
            partition by backend, metric order by position
            rows between {{ side }} preceding and {{ side }} following
        )
),

-- 1 row per change and way to split its neighbourhood
candidates as (
    select
        *,
        {{ each_whole_number('1', list_size('values_around') ~ ' - 1') }} as split
    from peaks
),

-- 1 row per change and way to split its neighbourhood, with how far the values lie from the two levels
splits as (
    select
        backend,
        metric,
        position as found_at,
        position - {{ list_size('values_before') }} + split as position,
        {{ total(deviations(first_of_list('values_around', 'split'), 'before')) }}
        + {{ total(deviations(rest_of_list('values_around', 'split'), 'after')) }} as misfit
    from candidates
),

-- 1 row per change, dated by the split that fits best
dates as (
    select
        backend,
        metric,
        min_by(position, {{ row_of(['misfit', 'position']) }}) as position
    from splits
    group by backend, metric, found_at
)

-- a change whose split leaves fewer than {{ fewest }} values on a side is too young to date: it waits for the next ones
select
    doubts.backend,
    doubts.metric,
    doubts.measured_at as changed_at,
    doubts.before,
    doubts.after,
    doubts.unit,
    if(doubts.after > doubts.before, 'up', 'down') as direction,
    (doubts.after > doubts.before) <> doubts.higher_is_better as is_regression,
    doubts.confidence,
    doubts.score,
    doubts.characterization_id
from doubts
semi join dates
    on doubts.backend = dates.backend and doubts.metric = dates.metric and doubts.position = dates.position
where doubts.after <> doubts.before
