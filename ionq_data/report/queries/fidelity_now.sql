-- fidelity_trends, 1 row per backend and metric: the newest, and the rolling medians in force 30 and 90 days ago
select
    trends.backend,
    trends.metric,
    max(trends.unit) as unit,
    arg_max(trends.value, trends.measured_at) as value,
    arg_max(trends.rolling_median_30d, trends.measured_at) as median,
    arg_max(trends.rolling_median_30d, trends.measured_at)
        filter (where trends.measured_at <= getvariable('today') - interval 30 day) as median_30d_ago,
    arg_max(trends.rolling_median_30d, trends.measured_at)
        filter (where trends.measured_at <= getvariable('today') - interval 90 day) as median_90d_ago,
    arg_max_null(trends.slope_per_30d, trends.measured_at) as slope_per_30d,
    arg_max(coalesce(trends.is_regression, false), trends.measured_at) as is_regression,
    max(trends.measured_at) as measured_at,
from fidelity_trends as trends
inner join shown_backends as backends on trends.backend = backends.id
group by trends.backend, trends.metric, backends.place
order by
    list_position(['2q', '1q', 'spam', 't1', 't2', 'gate_2q', 'gate_1q', 'readout', 'reset'], trends.metric),
    backends.place
limit 300
