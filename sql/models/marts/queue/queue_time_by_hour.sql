with waits as (
    select waits.*
    from {{ ref('int_queue_waits') }} as waits
    inner join {{ ref('int_as_of') }} as clock
        on waits.submitted_at > clock.as_of - interval 90 days and waits.submitted_at <= clock.as_of
),

-- 1 row per backend and hour of the week
{{ queue_statistics('waits', ['backend', 'iso_weekday', 'hour']) }}

select
    percentiles.backend,
    percentiles.iso_weekday,
    percentiles.hour,
    {{ queue_statistics_columns() }}
from percentiles
left join kaplan_meier
    on
        percentiles.backend = kaplan_meier.backend
        and percentiles.iso_weekday = kaplan_meier.iso_weekday
        and percentiles.hour = kaplan_meier.hour
