-- queue_predictions, 1 row per backend and week, told by its last day
select
    weekly.backend,
    weekly.week,
    weekly.week + 6 as date,
    weekly.jobs,
    weekly.bias_seconds,
    weekly.bias_seconds / 3600 as bias_hours,
    weekly.median_absolute_error_seconds,
    weekly.share_within_2x,
from queue_predictions as weekly
inner join shown_backends as backends on weekly.backend = backends.id and backends.place <= getvariable('most_backends')
where weekly.week >= getvariable('since')
order by weekly.backend, weekly.week
