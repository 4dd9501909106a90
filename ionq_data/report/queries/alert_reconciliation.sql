-- cost_reconciliation, 1 row per currency in which a settled date does not agree
select
    currency,
    count(*) as dates,
    max(date) as last_date,
    sum(difference)::decimal(18, 6) as difference,
from cost_reconciliation
where status in ('mismatch', 'missing_jobs') and date >= getvariable('since')
group by currency
order by currency
