-- 1 row per backend, debiasing and tenth of expected success that any compared job falls into
with binned as (
    select
        backend,
        is_debiased,
        least(floor(expected_success_probability * 10), 9) / 10 as expected_from,
        expected_success_probability as expected,
        observed_success as observed
    from {{ ref('job_fidelity') }}
    where expected_success_probability is not null and observed_success is not null
),

bins as (
    select
        backend,
        is_debiased,
        expected_from,
        count(*) as jobs,
        {{ exact_sum('expected') }} / count(*) as expected,
        {{ exact_sum('observed') }} / count(*) as observed,
        {{ exact_sum('pow(observed, 2)') }} as squares
    from binned
    group by backend, is_debiased, expected_from
),

-- half the width of the 95 % interval of the mean
spread as (
    select
        *,
        case
            when jobs > 1
                then
                    {{ student_quantile('jobs - 1') }}
                    * sqrt({{ not_negative('squares - jobs * pow(observed, 2)') }} / (jobs - 1) / jobs)
        end as margin
    from bins
)

select
    backend,
    is_debiased,
    expected_from,
    expected_from + 0.1 as expected_to,
    jobs,
    expected,
    observed,
    {{ not_negative('observed - margin') }} as low,
    case when observed + margin > 1 then 1 else observed + margin end as high
from spread
