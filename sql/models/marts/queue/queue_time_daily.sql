with waits as (
    select *
    from {{ ref('int_queue_waits') }}
),

-- 1 row per backend and day of submission
{{ queue_statistics('waits', ['backend', 'submitted_date']) }}

select
    percentiles.backend,
    percentiles.submitted_date,
    {{ queue_statistics_columns() }}
from percentiles
left join kaplan_meier
    on percentiles.backend = kaplan_meier.backend and percentiles.submitted_date = kaplan_meier.submitted_date
