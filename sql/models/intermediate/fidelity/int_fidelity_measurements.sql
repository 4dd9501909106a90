-- 1 row per backend and instant; of two plausible characterizations of one instant, the one with the greater id counts
with characterizations as (
    select *
    from {{ ref('stg_ionq__characterizations') }}
    where backend is not null and measured_at is not null and is_plausible
    qualify row_number() over (partition by backend, measured_at order by characterization_id desc) = 1
)

-- 1 row per backend, metric and instant at which the metric was measured
{% for metric in fidelity_metrics() %}
select
    backend,
    '{{ metric.metric }}' as metric,
    measured_at,
    {{ metric.column }}::double as value,
    '{{ metric.unit }}' as unit,
    {{ metric.higher_is_better }} as higher_is_better,
    characterization_id
from characterizations
where {{ metric.column }} is not null
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
