-- cost_audit, 1 row per verdict and currency
select
    verdict,
    currency,
    count(*) as jobs,
    sum(billed_cost)::decimal(18, 6) as billed_cost,
    sum(expected_cost)::decimal(18, 6) as expected_cost,
    sum(difference)::decimal(18, 6) as difference,
from cost_audit
group by all
order by jobs desc, verdict, currency
