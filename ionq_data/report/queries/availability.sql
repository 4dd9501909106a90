-- backend_availability_daily, 1 row per backend and date; of the last 14 days also those on which nobody looked
with observed as (
    select daily.backend, daily.date, daily.share_available, daily.share_degraded, daily.observations,
    from backend_availability_daily as daily
    inner join shown_backends as backends
        on daily.backend = backends.id and backends.place <= getvariable('most_backends')
    where daily.date >= getvariable('since')
),

days as (
    select
        backend,
        unnest(generate_series(getvariable('today') - 13, getvariable('today'), interval 1 day))::date as date,
    from (select distinct backend from observed)
)

select
    coalesce(observed.backend, days.backend) as backend,
    coalesce(observed.date, days.date) as date,
    observed.share_available,
    observed.share_degraded,
    observed.observations,
from days
full outer join observed on days.backend = observed.backend and days.date = observed.date
order by backend, date
