-- 1 row per backend and instant of observation
select
    -- ids
    account,
    backend,
    {{ utc('_extracted_at') }} as observed_at,
    characterization_id,

    -- state
    status,
    coalesce(degraded, false) as is_degraded,
    coalesce({{ is_qpu('backend') }}, false) as is_qpu,
    location,
    has_access,
    supported_gates,
    supported_native_gates,
    supported_error_mitigations,
    noise_models,
    {{ utc('last_updated') }} as updated_at,

    -- numbers
    average_queue_time / 1e3 as average_queue_seconds,
    qubits,
    kw,
    {{ list_size('_problems') }} as problems
from {{ current_versions('backends') }} as observations
