-- 1 row per characterization
select
    characterization_id,
    backend,
    measured_at,
    qubits,
    fidelity_1q,
    fidelity_1q_stderr,
    fidelity_2q,
    fidelity_2q_stderr,
    fidelity_spam,
    fidelity_spam_stderr,
    t1_seconds,
    t2_seconds,
    gate_1q_seconds,
    gate_2q_seconds,
    readout_seconds,
    reset_seconds,
    connected_pairs,
    is_plausible
from {{ ref('stg_ionq__characterizations') }}
