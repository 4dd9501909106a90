-- queue_backlog_hourly, 1 row per backend and date: the greatest count of its full hours
select
    hourly.backend,
    hourly.hour::date as date,
    max(hourly.jobs_waiting) as most_waiting,
    max(hourly.jobs_running) as most_running,
from queue_backlog_hourly as hourly
inner join shown_backends as backends on hourly.backend = backends.id and backends.place <= getvariable('most_backends')
where hourly.hour >= getvariable('since')
group by all
order by all
