-- 1 row per backend and hour of the week: upper bounds of the wait of a job submitted then, as known now
select
    bounds.backend,
    bounds.iso_weekday,
    bounds.hour,
    bounds.p50_seconds,
    bounds.p90_seconds,
    bounds.jobs
from {{ ref('int_queue_bounds') }} as bounds
inner join {{ ref('int_as_of') }} as clock on bounds.known_at = clock.as_of
