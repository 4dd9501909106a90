-- cost_reconciliation, 1 row per organization, currency and date that does not agree; the newest first
select *
from cost_reconciliation
where date >= getvariable('since') and status <> 'matched'
order by date desc, organization, currency
limit 100
