-- Returns each change that no measurement dates, or that is fewer than five measurements from an end of its series.
with positions as (
    select
        *,
        row_number() over series as before,
        count(*) over (partition by backend, metric) as measurements
    from {{ ref('fidelity_trends') }}
    window series as (partition by backend, metric order by measured_at)
)

select changes.*
from {{ ref('fidelity_changes') }} as changes
left join positions
    on
        changes.backend = positions.backend
        and changes.metric = positions.metric
        and changes.changed_at = positions.measured_at
where coalesce(positions.before not between 6 and positions.measurements - 4, true)
