-- fidelity_changes, as it is; the newest 300
select
    backend,
    metric,
    changed_at::date as date,
    changed_at,
    before,
    after,
    unit,
    direction,
    is_regression,
    confidence,
from fidelity_changes
where changed_at >= getvariable('since')
order by changed_at desc, backend, metric
limit 300
