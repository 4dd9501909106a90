-- fidelity_changes for the worse in the last 30 days
select backend, metric, changed_at, before, after, unit
from fidelity_changes
where is_regression and changed_at > getvariable('today') - interval 30 day
order by changed_at desc, backend, metric
limit 5
