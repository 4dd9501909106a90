-- cost_reconciliation, 1 row per organization, currency and date
select organization, currency, date, usage_report_cost, job_cost, listed_in_top5, unlisted, difference, status,
from cost_reconciliation
where date >= getvariable('since')
order by all
