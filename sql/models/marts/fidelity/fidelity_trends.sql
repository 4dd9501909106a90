{%- set worse_beyond = 3.5 -%}
{%- set fewest = 5 -%}
{%- set most_points = 256 -%}
{%- set parts = 8 -%}

-- 1 row per measurement, with those of its trailing 90 days, itself included, oldest first; x in microseconds
with windows as {{ materialized() }} (
    select
        *,
        array_agg({{ struct_of({'x': microseconds('measured_at'), 'y': 'value'}) }}) over trailing_90d as points,
        array_agg(value) over trailing_30d as recent,
        row_number() over (partition by backend, metric order by measured_at) as position
    from {{ ref('int_fidelity_measurements') }}
    window
        trailing_90d as (
            partition by backend, metric order by {{ microseconds('measured_at') }}
            range between 7775999999999 preceding and current row
        ),
        trailing_30d as (
            partition by backend, metric order by {{ microseconds('measured_at') }}
            range between 2591999999999 preceding and current row
        )
),

-- 1 row per measurement: above {{ most_points }} points, only every second or third counts, always with the newest
strides as (
    select
        *,
        ceil({{ list_size('points') }} / {{ most_points }})::bigint as stride
    from windows
),

-- 1 row per measurement, with the points that count
thinned as (
    select
        {{ all_but(['points']) }},
        {{ list_size('points') }} as measurements_90d,
        {{ every_nth('points', 'stride') }} as points
    from strides
),

-- 1 row per measurement; in {{ parts }} parts, because the pairs of all rows of one DuckDB batch would fill the memory
slopes as (
    {% for part in range(parts) %}
    select
        {{ all_but(['points']) }},
        {{ theil_sen_slope('points') }} * 2592e9 as slope_per_30d,
        {{ median_of_list('recent') }} as rolling_median_30d
    from thinned
    where position % {{ parts }} = {{ part }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

-- 1 row per measurement, with the noise of its trailing 30 days; null if they show none
noise as (
    select
        *,
        nullif({{ median_absolute_deviation('recent', 'rolling_median_30d') }}, 0) as rolling_mad_30d
    from slopes
),

-- 1 row per measurement
scored as (
    select
        *,
        (value - rolling_median_30d) / ({{ mad_to_sigma() }} * rolling_mad_30d) as robust_z
    from noise
)

select
    backend,
    metric,
    measured_at,
    value,
    unit,
    higher_is_better,
    rolling_median_30d,
    robust_z,
    slope_per_30d,
    case
        when {{ list_size('recent') }} >= {{ fewest }}
            then if(higher_is_better, -robust_z, robust_z) > {{ worse_beyond }}
    end as is_regression,
    {{ list_size('recent') }} as measurements_30d,
    measurements_90d,
    characterization_id
from scored
