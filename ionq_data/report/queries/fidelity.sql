-- fidelity_trends, 1 row per backend, metric and date: the last measurement of the date
select
    trends.backend,
    trends.metric,
    trends.measured_at::date as date,
    trends.measured_at,
    trends.value,
    trends.rolling_median_30d as median,
from fidelity_trends as trends
inner join shown_backends as backends on trends.backend = backends.id and backends.place <= getvariable('most_backends')
where trends.measured_at >= getvariable('since')
qualify row_number() over (
    partition by trends.backend, trends.metric, trends.measured_at::date order by trends.measured_at desc
) = 1
order by trends.backend, trends.metric, trends.measured_at
