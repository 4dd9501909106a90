-- 1 row per characterization; they are public, so the latest version of any account counts
select
    -- ids
    id as characterization_id,
    backend,
    {{ utc('date') }} as measured_at,

    -- size
    qubits,
    {{ list_size('connectivity') }} as connected_pairs,

    -- fidelities, 0 to 1; a standard error of exactly 0 is a placeholder for one that was not measured
    fidelity_1q_median as fidelity_1q,
    nullif(fidelity_1q_stderr, 0) as fidelity_1q_stderr,
    fidelity_2q_median as fidelity_2q,
    nullif(fidelity_2q_stderr, 0) as fidelity_2q_stderr,
    fidelity_spam_median as fidelity_spam,
    nullif(fidelity_spam_stderr, 0) as fidelity_spam_stderr,
    -- no machine has medians such as 0.79 for one-qubit gates or 0.501 for SPAM; a missing median is no fault
    coalesce(fidelity_1q_median between 0.95 and 1, true)
    and coalesce(fidelity_2q_median between 0.75 and 1, true)
    and coalesce(fidelity_spam_median between 0.85 and 1, true) as is_plausible,

    -- times, in seconds as in the API
    timing_t1 as t1_seconds,
    timing_t2 as t2_seconds,
    timing_1q as gate_1q_seconds,
    timing_2q as gate_2q_seconds,
    timing_readout as readout_seconds,
    timing_reset as reset_seconds,

    -- the record
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions('characterizations') }} as current_version
