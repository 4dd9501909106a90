-- Returns each QPU whose backlog in the last full hour differs from a count of the jobs themselves.
with last_hours as (
    select *
    from {{ ref('queue_backlog_hourly') }}
    qualify row_number() over (partition by backend order by hour desc) = 1
),

present as (
    select
        last_hours.backend,
        count(*) filter (
            where waits.waited_until > last_hours.hour
            or (waits.is_still_waiting and waits.waited_until = last_hours.hour)
        ) as jobs_waiting,
        count(*) filter (
            where waits.ran_from <= last_hours.hour
            and (waits.ran_until > last_hours.hour or (waits.is_still_running and waits.ran_until = last_hours.hour))
        ) as jobs_running
    from last_hours
    inner join {{ ref('int_queue_waits') }} as waits
        on last_hours.backend = waits.backend and last_hours.hour >= waits.submitted_at
    group by last_hours.backend
)

select
    last_hours.*,
    present.jobs_waiting as jobs_waiting_then,
    present.jobs_running as jobs_running_then
from last_hours
left join present on last_hours.backend = present.backend
where last_hours.jobs_waiting <> present.jobs_waiting or last_hours.jobs_running <> present.jobs_running
