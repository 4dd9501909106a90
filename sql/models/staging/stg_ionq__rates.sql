-- 1 row per account, backend, error mitigation and instant of observation
with observations as (
    select *
    from {{ source('lake', 'rates') }}
    qualify
        row_number() over (
            partition by account, backend, error_mitigation, coalesce(estimated_at, _extracted_at)
            order by {{ version_order() }} desc, _run_id desc, _hash asc
        ) = 1
)

select
    -- ids
    account,
    backend,
    error_mitigation as is_debiased,
    {{ utc('coalesce(estimated_at, _extracted_at)') }} as observed_at,
    rate_information_organization as rate_organization,
    estimate_context_project as rate_project_id,
    rate_card_id,

    -- prices: of gates, of quantum compute time, or of both
    {{ currency('cost_unit') }} as currency,
    rate_information_job_cost_minimum as minimum_cost,
    rate_information_cost_1q_gate as cost_per_1q_gate_shot,
    rate_information_cost_2q_gate as cost_per_2q_gate_shot,
    coalesce(
        rate_card_unit_cost, (rate_information_qct_cost_cents / 100)::decimal(18, 10)
    ) as cost_per_compute_second,

    -- the circuit that was asked about
    input_values_type as estimated_job_type,
    input_values_qubits as estimated_qubits,
    input_values_shots as estimated_shots,
    input_values_1q_gates as estimated_gates_1q,
    input_values_2q_gates as estimated_gates_2q,
    estimated_cost,
    estimated_quantum_compute_time_us / 1e6 as estimated_compute_seconds,
    -- a rate card gives milliseconds, an older answer seconds
    estimated_execution_time / if(rate_card_id is null, 1, 1e3) as estimated_execution_seconds,
    current_predicted_queue_time / if(rate_card_id is null, 1, 1e3) as predicted_queue_seconds,
    {{ list_size('_problems') }} as problems
from observations
