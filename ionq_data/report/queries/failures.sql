-- failures_daily, 1 row per backend, date, currency and failure code; codes after the first eight in one
with places as (
    select failure_code, row_number() over (order by sum(jobs) desc, failure_code) as place
    from failures_daily
    where date >= getvariable('since')
    group by failure_code
)

select
    failures.backend,
    failures.currency,
    failures.date,
    if(places.place <= 8, left(failures.failure_code, 40), 'Other codes') as failure_code,
    least(places.place, 9) as place,
    sum(failures.jobs)::bigint as jobs,
    sum(failures.qpu_seconds) as qpu_seconds,
    sum(failures.cost) as cost,
from failures_daily as failures
inner join places on failures.failure_code = places.failure_code
where failures.date >= getvariable('since')
group by all
order by all
