-- 1 row per job with the bounds that were known on the Monday of its week; a bound is met, missed or not yet decided
with judged as (
    select
        waits.backend,
        bounds.known_at::date as week,
        waits.is_started,
        waits.wait_seconds,
        case
            when waits.is_started or waits.wait_seconds > bounds.p50_seconds
                then waits.wait_seconds <= bounds.p50_seconds
        end as is_under_p50,
        case
            when waits.is_started or waits.wait_seconds > bounds.p90_seconds
                then waits.wait_seconds <= bounds.p90_seconds
        end as is_under_p90,
        case
            when waits.is_started or waits.wait_seconds > waits.predicted_queue_seconds
                then waits.wait_seconds <= waits.predicted_queue_seconds
        end as is_under_prediction
    from {{ ref('int_queue_waits') }} as waits
    inner join {{ ref('int_queue_bounds') }} as bounds
        on
            waits.backend = bounds.backend
            and date_trunc('week', waits.submitted_at) = bounds.known_at
            and waits.iso_weekday = bounds.iso_weekday
            and waits.hour = bounds.hour
    where waits.is_started or waits.is_censored
)

-- 1 row per backend and week of submission
select
    backend,
    week,
    count(*) as jobs,
    count(is_under_p50) as jobs_against_p50,
    count(*) filter (where is_under_p50) / nullif(count(is_under_p50), 0) as share_under_p50,
    count(is_under_p90) as jobs_against_p90,
    count(*) filter (where is_under_p90) / nullif(count(is_under_p90), 0) as share_under_p90,
    count(is_under_prediction) as jobs_against_prediction,
    count(*) filter (where is_under_prediction) / nullif(count(is_under_prediction), 0) as share_under_prediction
from judged
group by backend, week
