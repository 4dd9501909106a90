-- 1 row per characterization: they are public, so it does not matter which account read the latest version
select
    -- ids
    id as characterization_id,
    backend,
    {{ utc('date') }} as measured_at,

    -- size
    qubits,
    len(connectivity) as connected_pairs,

    -- fidelities, 0 to 1
    fidelity_1q_median as fidelity_1q,
    fidelity_1q_stderr,
    fidelity_2q_median as fidelity_2q,
    fidelity_2q_stderr,
    fidelity_spam_median as fidelity_spam,
    fidelity_spam_stderr,

    -- times, which the API says in seconds
    timing_t1 as t1_seconds,
    timing_t2 as t2_seconds,
    timing_1q as gate_1q_seconds,
    timing_2q as gate_2q_seconds,
    timing_readout as readout_seconds,
    timing_reset as reset_seconds,

    -- the record
    {{ utc('_extracted_at') }} as extracted_at,
    len(_problems) as problems,
from {{ current_versions('characterizations') }} as current_version
