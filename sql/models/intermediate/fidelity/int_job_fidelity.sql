-- 1 row per job of a QPU with a copied distribution that was also run on the ideal simulator
with measured as (
    select
        job_id,
        max(bits) as bits,
        count(*) as outcomes,
        {{ exact_sum('pow(probability, 2)', scale=18) }} as collision
    from {{ ref('int_job_distributions') }}
    group by job_id
),

jobs as (
    select
        jobs.*,
        accounts.organization,
        measured.bits,
        measured.outcomes,
        measured.collision,
        calibrated.expected_success_probability,
        calibrated.characterization_id,
        calibrated.characterization_age_hours
    from {{ ref('stg_ionq__jobs') }} as jobs
    inner join measured on jobs.job_id = measured.job_id
    left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    left join {{ ref('int_job_calibrations') }} as calibrated on jobs.job_id = calibrated.job_id
    where jobs.status = 'completed'
),

-- 1 row per job of a QPU, with the ideal run of its name that was submitted nearest to it
pairs as (
    select
        jobs.job_id,
        ideal.job_id as ideal_job_id,
        pow(2, coalesce(jobs.bits, jobs.qubits)) as states,
        ideal.collision as ideal_collision
    from jobs
    inner join jobs as ideal
        on
            jobs.organization is not distinct from ideal.organization
            and jobs.project_id = ideal.project_id
            and jobs.job_name = ideal.job_name
            and jobs.qubits = ideal.qubits
            and jobs.gates_1q is not distinct from ideal.gates_1q
            and jobs.gates_2q is not distinct from ideal.gates_2q
    where
        jobs.is_qpu
        and not ideal.is_qpu
        and coalesce(ideal.noise_model, 'ideal') = 'ideal'
        and coalesce(jobs.bits, jobs.qubits) = coalesce(ideal.bits, ideal.qubits)
    qualify
        row_number() over (
            partition by jobs.job_id
            order by
                abs({{ microseconds('jobs.submitted_at') }} - {{ microseconds('ideal.submitted_at') }}), ideal.job_id
        ) = 1
),

-- 1 row per pair: the overlap of both distributions
shared as (
    select
        pairs.job_id,
        coalesce({{ exact_sum('sqrt(ran.probability * ideal.probability)', scale=18) }}, 0) as root_overlap,
        coalesce({{ exact_sum('ran.probability * ideal.probability', scale=18) }}, 0) as overlap
    from pairs
    left join {{ ref('int_job_distributions') }} as ran on pairs.job_id = ran.job_id
    left join {{ ref('int_job_distributions') }} as ideal
        on pairs.ideal_job_id = ideal.job_id and ran.state = ideal.state
    group by pairs.job_id
)

select
    jobs.job_id,
    pairs.ideal_job_id,
    jobs.organization,
    jobs.project_id,
    jobs.job_name,
    jobs.backend,
    jobs.is_debiased,
    jobs.submitted_at,
    jobs.started_at,
    jobs.shots,
    jobs.qubits,
    jobs.outcomes,
    least(pow(shared.root_overlap, 2), 1) as hellinger_fidelity,
    -- a uniform ideal distribution tells nothing: it cannot be told from noise
    case
        when pairs.ideal_collision - 1 / pairs.states > 1e-6
            then (shared.overlap - 1 / pairs.states) / (pairs.ideal_collision - 1 / pairs.states)
    end as observed_success,
    jobs.expected_success_probability,
    jobs.characterization_id,
    jobs.characterization_age_hours
from pairs
inner join jobs on pairs.job_id = jobs.job_id
inner join shared on pairs.job_id = shared.job_id
