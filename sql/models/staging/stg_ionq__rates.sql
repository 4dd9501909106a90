-- 1 row per account, backend, error mitigation and instant of observation
with observations as (
    select *
    from {{ source('lake', 'rates') }}
    qualify
        row_number() over (
            partition by account, backend, error_mitigation, coalesce(estimated_at, _extracted_at)
            order by _extracted_at desc, _run_id desc, _hash asc
        ) = 1
)

select
    -- ids
    account,
    backend,
    error_mitigation as is_debiased,
    {{ utc('coalesce(estimated_at, _extracted_at)') }} as observed_at,
    rate_information_organization as rate_organization,

    -- prices
    {{ currency('cost_unit') }} as currency,
    rate_information_job_cost_minimum as minimum_cost,
    rate_information_cost_1q_gate as cost_per_1q_gate_shot,
    rate_information_cost_2q_gate as cost_per_2q_gate_shot,

    -- the circuit that was asked about
    input_values_type as estimated_job_type,
    input_values_qubits as estimated_qubits,
    input_values_shots as estimated_shots,
    input_values_1q_gates as estimated_gates_1q,
    input_values_2q_gates as estimated_gates_2q,
    estimated_cost,
    estimated_execution_time,
    current_predicted_queue_time,
    len(_problems) as problems,
from observations
