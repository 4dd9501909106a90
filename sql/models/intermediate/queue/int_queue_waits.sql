{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per job that waits in a QPU's public queue: its children run within its turn, a dry run does not wait, and a
-- job of a session waits in the session's own queue
with queued as (
    select
        jobs.job_id,
        jobs.backend,
        jobs.status,
        jobs.is_terminal,
        jobs.submitted_at,
        jobs.started_at,
        jobs.completed_at,
        jobs.predicted_queue_seconds,
        -- the last instant at which an unfinished job is known to have been in its last state
        if(
            jobs.is_deleted,
            greatest(jobs.last_seen_at, sightings.seen_at),
            coalesce(sightings.seen_at, jobs.last_seen_at)
        ) as known_until
    from {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs
    inner join {{ rows_to_build(ref('int_job_costs')) }} as costs on jobs.job_id = costs.job_id
    left join {{ rows_to_build(ref('int_last_sightings')) }} as sightings on jobs.job_id = sightings.job_id
    where
        jobs.is_qpu
        and not costs.dry_run
        and not jobs.is_in_session
        and jobs.job_id = costs.root_job_id
        and jobs.submitted_at is not null
),

-- 1 row per queued job: when it left the queue, or the latest time at which it is known to have waited
waits as (
    select
        *,
        started_at is not null and started_at >= submitted_at as is_started,
        started_at is null and status not in ('started', 'completed') as is_censored,
        case
            when started_at is not null then started_at
            when is_terminal and status <> 'completed' then greatest(coalesce(completed_at, submitted_at), submitted_at)
            when status not in ('started', 'completed') then greatest(known_until, submitted_at)
        end as waited_until,
        case when not is_terminal then greatest(known_until, started_at) else completed_at end as ran_until
    from queued
)

select
    job_id,
    backend,
    submitted_at,
    submitted_at::date as submitted_date,
    {{ iso_weekday('submitted_at') }}::integer as iso_weekday,
    hour(submitted_at)::integer as hour,
    is_started,
    is_censored,
    is_censored and not is_terminal as is_still_waiting,
    is_started and not is_terminal as is_still_running,
    {{ seconds_between('submitted_at', 'waited_until') }} as wait_seconds,
    predicted_queue_seconds,
    case when is_started or is_censored then waited_until end as waited_until,
    case when is_started and ran_until >= started_at then started_at end as ran_from,
    case when is_started and ran_until >= started_at then ran_until end as ran_until
from waits
