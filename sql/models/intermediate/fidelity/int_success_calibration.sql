-- 1 row per backend, debiasing and tenth of expected success that any compared job falls into
with binned as (
    select
        backend,
        is_debiased,
        {{ success_bin('expected_success_probability') }} as expected_from,
        expected_success_probability as expected,
        observed_success as observed,
        characterization_age_hours as age_hours
    from {{ ref('int_job_fidelity') }}
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
        {{ exact_sum('pow(observed, 2)') }} as squares,
        {{ exact_sum('observed - expected') }} / count(*) as shift,
        {{ exact_sum('pow(observed - expected, 2)') }} as squared_shifts,
        {{ exact_sum('age_hours') }} / count(age_hours) as calibration_age_hours
    from binned
    group by backend, is_debiased, expected_from
),

-- half the widths of two 95 % intervals: of the mean, and of one more job's distance from its expected success
spread as (
    select
        *,
        case
            when jobs > 1
                then
                    {{ student_quantile('jobs - 1') }}
                    * sqrt({{ not_negative('squares - jobs * pow(observed, 2)') }} / (jobs - 1) / jobs)
        end as margin,
        case
            when jobs > 1
                then
                    {{ student_quantile('jobs - 1') }}
                    * sqrt({{ not_negative('squared_shifts - jobs * pow(shift, 2)') }} / (jobs - 1) * (1 + 1 / jobs))
        end as margin_of_a_job
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
    {{ not_above_one('observed + margin') }} as high,
    shift,
    margin_of_a_job,
    calibration_age_hours
from spread
