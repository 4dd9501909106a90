-- 1 row per queued job and change of its state, at the first full hour whose count changes
with changes as (
    select
        backend,
        {{ first_full_hour_from('submitted_at') }} as hour,
        1 as waiting,
        0 as running
    from {{ ref('int_queue_waits') }}
    where waited_until is not null
    union all
    select
        backend,
        if(is_still_waiting, {{ first_full_hour_after('waited_until') }}, {{ first_full_hour_from('waited_until') }})
            as hour,
        -1 as waiting,
        0 as running
    from {{ ref('int_queue_waits') }}
    where waited_until is not null
    union all
    select
        backend,
        {{ first_full_hour_from('ran_from') }} as hour,
        0 as waiting,
        1 as running
    from {{ ref('int_queue_waits') }}
    where waited_until is not null and ran_from is not null
    union all
    select
        backend,
        if(is_still_running, {{ first_full_hour_after('ran_until') }}, {{ first_full_hour_from('ran_until') }})
            as hour,
        0 as waiting,
        -1 as running
    from {{ ref('int_queue_waits') }}
    where waited_until is not null and ran_until is not null
),

-- 1 row per backend and full hour at which a count changes
net_changes as (
    select
        backend,
        hour,
        sum(waiting)::bigint as waiting,
        sum(running)::bigint as running
    from changes
    group by backend, hour
),

-- 1 row per backend
first_hours as (
    select
        backend,
        min(hour) as hour
    from net_changes
    group by backend
),

-- 1 row per backend and full hour, from its first job to the last hour for which the jobs are known
hours as (
    select
        first_hours.backend,
        {{ each_hour('first_hours.hour', "date_trunc('hour', clock.as_of)") }} as hour
    from first_hours
    cross join {{ ref('int_as_of') }} as clock
)

select
    hours.backend,
    hours.hour,
    sum(coalesce(net_changes.waiting, 0)) over so_far::bigint as jobs_waiting,
    sum(coalesce(net_changes.running, 0)) over so_far::bigint as jobs_running
from hours
left join net_changes on hours.backend = net_changes.backend and hours.hour = net_changes.hour
window so_far as (partition by hours.backend order by hours.hour)
