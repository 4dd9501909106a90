{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'inputs_hash'
) }}
{#- All inputs of a row: a job is rebuilt only if their hash has changed since the last build. -#}
{%- set inputs_hash -%}
{{ row_hash(
        [
            'jobs.versions_hash', 'accounts.organization', 'sightings.seen_at', 'projects.name', 'users.name',
            'measured.is_in_regression', 'held.shift', 'held.margin_of_a_job', 'held.calibration_age_hours'
        ],
        rows=['costs', 'calibrated']
    ) }}
{%- endset -%}
{#- Success scatters more if the calibration is older than those of the jobs that were compared. -#}
{%- set margin -%}
    held.margin_of_a_job * sqrt(
        case
            when calibrated.characterization_age_hours > held.calibration_age_hours and held.calibration_age_hours > 0
                then calibrated.characterization_age_hours / held.calibration_age_hours
            else 1
        end
    )
{%- endset -%}
-- 1 row per job
select
    -- ids
    jobs.account,
    accounts.organization,
    jobs.job_id,
    jobs.job_name,
    jobs.job_type,
    jobs.status,
    jobs.is_terminal,
    jobs.is_deleted,
    jobs.backend,
    jobs.is_qpu,
    costs.dry_run,
    jobs.project_id,
    projects.name as project_name,
    jobs.submitter_id,
    users.name as submitter_name,
    jobs.session_id,
    jobs.is_in_session,
    jobs.parent_job_id,
    costs.root_job_id,

    -- times
    jobs.submitted_at,
    jobs.started_at,
    jobs.completed_at,
    greatest(jobs.last_seen_at, sightings.seen_at) as last_known_at,

    -- durations
    {{ seconds_between('jobs.submitted_at', 'jobs.started_at') }} as queue_seconds,
    case when jobs.reported_execution_seconds >= 0 then jobs.reported_execution_seconds end as execution_seconds,
    {{ seconds_between('jobs.submitted_at', 'jobs.completed_at') }} as turnaround_seconds,
    jobs.predicted_queue_seconds,
    jobs.predicted_queue_seconds - {{ seconds_between('jobs.submitted_at', 'jobs.started_at') }}
        as queue_prediction_error_seconds,
    jobs.predicted_execution_seconds,
    jobs.billed_qpu_seconds,
    coalesce(jobs.started_at < jobs.submitted_at, false)::integer
    + coalesce(jobs.completed_at < jobs.submitted_at, false)::integer
    + coalesce(jobs.reported_execution_seconds < 0, false)::integer as negative_durations,

    -- size
    jobs.shots,
    jobs.qubits,
    jobs.circuits,
    jobs.gates_1q,
    jobs.gates_2q,
    jobs.is_debiased,
    jobs.is_symmetry_verified,
    jobs.noise_model,

    -- money
    jobs.cost_model,
    costs.cost,
    costs.currency,
    costs.cost_status,
    costs.billed_cost,
    costs.billed_currency,
    costs.estimated_cost,
    costs.estimated_currency,
    costs.cost_refusal_reason,

    -- calibration in force
    calibrated.characterization_id,
    calibrated.characterization_age_hours,
    calibrated.fidelity_1q,
    calibrated.fidelity_2q,
    calibrated.fidelity_spam,
    calibrated.expected_success_probability,
    {{ not_negative('calibrated.expected_success_probability + held.shift - ' ~ margin) }} as expected_success_low,
    {{ not_above_one('calibrated.expected_success_probability + held.shift + ' ~ margin) }} as expected_success_high,
    case when jobs.started_at is not null then measured.is_in_regression end as ran_in_regression,

    -- end
    jobs.failure_code,
    jobs.failure_message,
    {{ joined('jobs.warning_messages', "'; '") }} as warning_messages,
    jobs.kwh,
    jobs.problems,
    {{ inputs_hash }} as inputs_hash
from {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs
inner join {{ rows_to_build(ref('int_job_costs')) }} as costs on jobs.job_id = costs.job_id
left join {{ ref('int_account_organizations') }} as accounts on jobs.account = accounts.account
left join {{ rows_to_build(ref('int_job_calibrations')) }} as calibrated on jobs.job_id = calibrated.job_id
left join {{ ref('fct_characterizations') }} as measured
    on calibrated.characterization_id = measured.characterization_id
left join {{ ref('int_success_calibration') }} as held
    on
        jobs.backend = held.backend
        and jobs.is_debiased = held.is_debiased
        and {{ success_bin('calibrated.expected_success_probability') }} = held.expected_from
left join {{ rows_to_build(ref('int_last_sightings')) }} as sightings on jobs.job_id = sightings.job_id
left join {{ ref('int_shown_names') }} as projects on jobs.project_id = projects.id and projects.kind = 'project'
left join {{ ref('int_shown_names') }} as users on jobs.submitter_id = users.id and users.kind = 'user'
{% if is_incremental() %}
left join {{ rows_to_build(this) }} as built on jobs.job_id = built.job_id
where built.inputs_hash is distinct from {{ inputs_hash }}
union all by name
select built.job_id
from {{ rows_to_build(this) }} as built
anti join {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs on built.job_id = jobs.job_id
{% endif %}
