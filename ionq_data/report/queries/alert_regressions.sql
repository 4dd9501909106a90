-- fidelity_trends, 1 row per backend and metric whose newest measurement, of the last 14 days, is a regression
select backend, metric, unit, measured_at, value, rolling_median_30d as median, robust_z
from fidelity_trends
where measured_at > getvariable('today') - interval 14 day
qualify
    row_number() over (partition by backend, metric order by measured_at desc) = 1
    and coalesce(is_regression, false)
order by abs(robust_z) desc, backend, metric
limit 5
