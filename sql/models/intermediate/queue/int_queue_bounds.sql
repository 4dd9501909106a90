{#-
    The trailing days, the fewest jobs that a bound should rest on, the number of jobs beyond which it becomes no surer,
    and the confidence that the share of waits really lies under it. Jobs of one hour wait in one queue, so a thousand
    jobs of six weeks tell little more than 200.
-#}
{%- set trailing_days, enough_jobs, most_jobs, confidence, weeks = 42, 60, 200, 0.95, 26 -%}
-- 1 row per job that waited in a queue or is still there
with waits as (
    select
        *,
        iso_weekday >= 6 as is_weekend
    from {{ ref('int_queue_waits') }}
    where is_started or is_censored
),

-- 1 row per backend and hour of the week in question: as of a Monday for its own week, as of now for all hours
asked as (
    select
        waits.backend,
        date_trunc('week', waits.submitted_at) as known_at,
        waits.iso_weekday,
        waits.hour,
        waits.is_weekend
    from waits
    cross join {{ ref('int_as_of') }} as clock
    where waits.submitted_at >= date_trunc('week', clock.as_of) - interval {{ weeks }} week
    union
    select
        backends.backend,
        clock.as_of as known_at,
        floor(hours.n / 24)::bigint + 1 as iso_weekday,
        hours.n % 24 as hour,
        hours.n >= 5 * 24 as is_weekend
    from (select distinct backend from waits) as backends
    cross join {{ ref('int_as_of') }} as clock
    cross join {{ whole_numbers(168) }} as hours
),

-- 1 row per backend and time of the question
moments as (
    select distinct
        backend,
        known_at
    from asked
),

-- 1 row per time of the question and job of the days before it, in its state then: a waiting job has no wait yet
recent as (
    select
        moments.known_at,
        waits.backend,
        waits.is_weekend,
        waits.hour,
        case when waits.is_started and waits.waited_until <= moments.known_at then waits.wait_seconds end
            as wait_seconds
    from moments
    inner join waits
        on
            moments.backend = waits.backend
            and moments.known_at > waits.submitted_at
            and moments.known_at - interval {{ trailing_days }} day <= waits.submitted_at
            -- a job that left the queue early does not tell how long its wait would have been
            and (waits.is_started or waits.is_still_waiting or moments.known_at < waits.waited_until)
),

-- 1 row per time of the question, kind of day and hour of the day
recent_hours as (
    select
        backend,
        known_at,
        is_weekend,
        hour,
        count(*) as jobs
    from recent
    group by backend, known_at, is_weekend, hour
),

-- 1 row per hour in question, kind of day for weekday: the days of a kind share their pools
slots as (
    select distinct
        backend,
        known_at,
        is_weekend,
        hour
    from asked
),

-- 1 row per such hour: the number of jobs in each pool that a bound could rest on, narrowest pool first
pools as (
    select
        slots.backend,
        slots.known_at,
        slots.is_weekend,
        slots.hour,
        coalesce(sum(near.jobs) filter (where {{ in_pool('slots', 'near', 0) }}), 0) as three_hours,
        coalesce(sum(near.jobs) filter (where {{ in_pool('slots', 'near', 1) }}), 0) as seven_hours,
        coalesce(sum(near.jobs) filter (where {{ in_pool('slots', 'near', 2) }}), 0) as all_day
    from slots
    left join recent_hours as near on slots.backend = near.backend and slots.known_at = near.known_at
    group by all
),

-- 1 row per such hour, with the narrowest pool that holds enough jobs
chosen as (
    select
        *,
        case
            when three_hours >= {{ enough_jobs }} then 0
            when seven_hours >= {{ enough_jobs }} then 1
            when all_day >= {{ enough_jobs }} then 2
            else 3
        end as pool
    from pools
),

-- 1 row per such hour and hour of its pool
members as (
    select
        chosen.backend,
        chosen.known_at,
        chosen.is_weekend,
        chosen.hour,
        near.is_weekend as near_is_weekend,
        near.hour as near_hour
    from chosen
    inner join recent_hours as near
        on
            chosen.backend = near.backend
            and chosen.known_at = near.known_at
            and (
                chosen.pool = 3
                or (chosen.pool = 0 and {{ in_pool('chosen', 'near', 0) }})
                or (chosen.pool = 1 and {{ in_pool('chosen', 'near', 1) }})
                or (chosen.pool = 2 and {{ in_pool('chosen', 'near', 2) }})
            )
),

-- 1 row per such hour and job of its pool, shortest wait first; jobs that still wait come last
ranked as (
    select
        members.backend,
        members.known_at,
        members.is_weekend,
        members.hour,
        recent.wait_seconds,
        row_number() over (
            partition by members.backend, members.known_at, members.is_weekend, members.hour
            order by recent.wait_seconds asc nulls last
        ) as rank_of_wait,
        count(*) over (partition by members.backend, members.known_at, members.is_weekend, members.hour) as jobs
    from members
    inner join recent
        on
            members.backend = recent.backend
            and members.known_at = recent.known_at
            and members.near_is_weekend = recent.is_weekend
            and members.near_hour = recent.hour
),

-- 1 row per such hour and job of its pool, with the number of jobs that count
counted as (
    select
        *,
        least(jobs, {{ most_jobs }}) as counted_jobs
    from ranked
),

{{ binomial_ranks('counted', 'counted_jobs', [0.5, 0.9], confidence) }},

-- 1 row per such hour: the shortest waits that are upper bounds; null if there are too few jobs
bounds as (
    select
        counted.backend,
        counted.known_at,
        counted.is_weekend,
        counted.hour,
        counted.jobs,
        max(counted.wait_seconds) filter (where counted.rank_of_wait = {{ scaled_rank('ranks.rank_1') }})
            as p50_seconds,
        max(counted.wait_seconds) filter (where counted.rank_of_wait = {{ scaled_rank('ranks.rank_2') }})
            as p90_seconds
    from counted
    left join binomial_ranks as ranks on counted.counted_jobs = ranks.counted_jobs
    group by counted.backend, counted.known_at, counted.is_weekend, counted.hour, counted.jobs
)

-- 1 row per hour in question
select
    asked.backend,
    asked.known_at,
    asked.iso_weekday,
    asked.hour,
    bounds.jobs,
    bounds.p50_seconds,
    bounds.p90_seconds
from asked
inner join bounds
    on
        asked.backend = bounds.backend
        and asked.known_at = bounds.known_at
        and asked.is_weekend = bounds.is_weekend
        and asked.hour = bounds.hour
