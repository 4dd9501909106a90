-- queue_time_by_hour, 1 row per backend, weekday and hour
select hours.backend, hours.iso_weekday, hours.hour, hours.jobs_submitted, hours.jobs_censored, hours.p50_seconds, hours.p90_seconds,
from queue_time_by_hour as hours
inner join shown_backends as backends on hours.backend = backends.id and backends.place <= getvariable('most_backends')
order by hours.backend, hours.iso_weekday, hours.hour
