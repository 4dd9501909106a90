-- failures_daily since the window began, 1 row per failure code, backend and currency
select
    failure_code,
    backend,
    currency,
    sum(jobs)::bigint as jobs,
    sum(shots)::bigint as shots,
    sum(qpu_seconds) as qpu_seconds,
    sum(cost)::decimal(18, 6) as cost,
    max(date) as last_date,
from failures_daily
where date >= getvariable('since')
group by all
order by cost desc nulls last, jobs desc, failure_code, backend
limit 100
