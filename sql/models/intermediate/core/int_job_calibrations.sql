-- 1 row per backend and instant of measurement; one that is not plausible says nothing of the machine
with calibrations as (
    select *
    from {{ ref('stg_ionq__characterizations') }}
    where backend is not null and measured_at is not null and is_plausible
    qualify row_number() over (partition by backend, measured_at order by characterization_id desc) = 1
),

-- 1 row per characterization: whether one of its fidelities stood out for the worse, or had changed to a worse level in
-- the 30 days before, for which the usual level is that of before. Later measurements tell that, too
judgements as (
    select
        trends.characterization_id,
        bool_or(
            coalesce(trends.is_regression, false)
            or coalesce(changes.is_regression and trends.measured_at < changes.changed_at + interval 30 days, false)
        ) as is_in_regression
    from {{ ref('fidelity_trends') }} as trends
    {{ join_latest(
        'left', ref('fidelity_changes'), 'changes',
        by={'backend': 'trends.backend', 'metric': 'trends.metric'}, at='changed_at', until='trends.measured_at'
    ) }}
    where trends.metric in ('1q', '2q', 'spam')
    group by trends.characterization_id
),

-- 1 row per QPU job: a job is judged by the machine that it met, one that has not started by the one it was sent to
jobs as (
    select
        job_id,
        backend,
        coalesce(started_at, submitted_at) as calibrated_at
    from {{ ref('stg_ionq__jobs') }}
    where is_qpu
)

-- 1 row per QPU job with a characterization as old as it
select
    jobs.job_id,
    calibrations.characterization_id,
    {{ seconds_between('calibrations.measured_at', 'jobs.calibrated_at') }} / 3600 as characterization_age_hours,
    calibrations.fidelity_1q,
    calibrations.fidelity_2q,
    calibrations.fidelity_spam,
    judgements.is_in_regression
from jobs
{{ join_latest(
    'inner', 'calibrations', 'calibrations',
    by={'backend': 'jobs.backend'}, at='measured_at', until='jobs.calibrated_at'
) }}
left join judgements on calibrations.characterization_id = judgements.characterization_id
