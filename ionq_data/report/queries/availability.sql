-- backend_availability_daily, 1 row per backend and date
select daily.backend, daily.date, daily.share_available, daily.share_degraded, daily.observations,
from backend_availability_daily as daily
inner join shown_backends as backends on daily.backend = backends.id and backends.place <= getvariable('most_backends')
where daily.date >= getvariable('since')
order by daily.backend, daily.date
