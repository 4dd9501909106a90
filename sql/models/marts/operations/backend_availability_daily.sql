{%- set longest_microseconds = 3600000000 -%}

-- 1 row per observation: it covers the time until the next one, for at most an hour, and not beyond its own day
with observations as (
    select
        backend,
        observed_at,
        observed_at::date as date,
        status in ('available', 'running') as is_available,
        is_degraded,
        lead(observed_at) over (partition by backend order by observed_at) as next_observed_at
    from {{ ref('fct_backend_snapshots') }}
),

-- 1 row per observation, with the microseconds that it covers
weighted as (
    select
        *,
        least(
            {{ microseconds('next_observed_at') }},
            {{ microseconds('date + interval 1 day') }},
            {{ microseconds('observed_at') }} + {{ longest_microseconds }}
        ) - {{ microseconds('observed_at') }} as weight
    from observations
)

-- 1 row per backend and day with an observation
select
    backend,
    date,
    coalesce(sum(weight) filter (where is_available), 0) / sum(weight) filter (where is_available is not null)
        as share_available,
    coalesce(sum(weight) filter (where is_degraded), 0) / sum(weight) as share_degraded,
    count(*) as observations,
    sum(weight) / 1e6 as observed_seconds
from weighted
group by backend, date
