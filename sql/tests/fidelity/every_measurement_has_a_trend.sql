-- Returns each metric of a characterization that has no trend, and each trend without a characterization.
select
    measurements.backend,
    measurements.metric,
    measurements.measured_at,
    trends.measured_at as trend_at
from {{ ref('int_fidelity_measurements') }} as measurements
full join {{ ref('fidelity_trends') }} as trends
    on
        measurements.backend = trends.backend
        and measurements.metric = trends.metric
        and measurements.measured_at = trends.measured_at
where measurements.value is distinct from trends.value
