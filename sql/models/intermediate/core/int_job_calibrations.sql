{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per backend and instant of measurement; an implausible one says nothing about the machine
with calibrations as (
    select *
    from {{ ref('stg_ionq__characterizations') }}
    where backend is not null and measured_at is not null and is_plausible
    qualify row_number() over (partition by backend, measured_at order by characterization_id desc) = 1
),

-- 1 row per QPU job, with the time whose calibration counts: its start, or its submission if it has not started
jobs as (
    select
        job_id,
        backend,
        gates_1q,
        gates_2q,
        qubits,
        coalesce(started_at, submitted_at) as calibrated_at
    from {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs
    where is_qpu
)

-- 1 row per QPU job with a characterization at or before that time
select
    jobs.job_id,
    calibrations.characterization_id,
    {{ seconds_between('calibrations.measured_at', 'jobs.calibrated_at') }} / 3600 as characterization_age_hours,
    calibrations.fidelity_1q,
    calibrations.fidelity_2q,
    calibrations.fidelity_spam,
    case
        when
            calibrations.fidelity_1q between 0 and 1
            and calibrations.fidelity_2q between 0 and 1
            and calibrations.fidelity_spam between 0 and 1
            and jobs.gates_1q >= 0
            and jobs.gates_2q >= 0
            and jobs.qubits >= 0
            then
                pow(calibrations.fidelity_1q, jobs.gates_1q)
                * pow(calibrations.fidelity_2q, jobs.gates_2q)
                * pow(calibrations.fidelity_spam, jobs.qubits)
    end as expected_success_probability
from jobs
{{ join_latest(
    'inner', 'calibrations', 'calibrations',
    by={'backend': 'jobs.backend'}, at='measured_at', until='jobs.calibrated_at'
) }}
