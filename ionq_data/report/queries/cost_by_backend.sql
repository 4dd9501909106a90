-- cost_per_backend_monthly, 1 row per organization, currency, month and backend
select
    costs.organization,
    costs.currency,
    last_day(costs.month) as date,
    coalesce(costs.backend, 'Not attributed') as backend,
    coalesce(backends.place, 1000) as place,
    costs.cost,
    costs.job_count as jobs,
from cost_per_backend_monthly as costs
left join shown_backends as backends on costs.backend = backends.id
where costs.month >= getvariable('since')
order by costs.organization, costs.currency, date, place, costs.backend
