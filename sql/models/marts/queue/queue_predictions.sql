-- 1 row per queued job that had a prediction and started
with predictions as (
    select
        backend,
        date_trunc('week', submitted_at)::date as week,
        wait_seconds,
        predicted_queue_seconds,
        predicted_queue_seconds - wait_seconds as error_seconds,
        predicted_queue_seconds between wait_seconds / 2 and wait_seconds * 2 as is_within_2x
    from {{ ref('int_queue_waits') }}
    where is_started and predicted_queue_seconds >= 0
)

-- 1 row per backend and week of submission
select
    backend,
    week,
    count(*) as jobs,
    -- summed as whole microseconds: the order of rows then changes no digit
    avg(round(error_seconds * 1e6)::bigint) / 1e6 as bias_seconds,
    median(abs(error_seconds)) as median_absolute_error_seconds,
    count(*) filter (where is_within_2x) / count(*) as share_within_2x
from predictions
group by backend, week
