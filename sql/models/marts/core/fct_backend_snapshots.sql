-- 1 row per backend and instant of observation
select
    backend,
    observed_at,
    status,
    is_degraded,
    average_queue_seconds,
    qubits,
    characterization_id,
    is_qpu,
    location,
    updated_at
from {{ ref('stg_ionq__backends') }}
