-- dim_backends, at most 1 row: the listed and available QPU with the highest two-qubit fidelity
select backend, fidelity_2q, fidelity_spam, average_queue_seconds, qubits, measured_at,
from dim_backends
where is_qpu and is_listed and status in ('available', 'running') and fidelity_2q is not null
order by coalesce(is_degraded, false), fidelity_2q desc, fidelity_spam desc nulls last, backend
limit 1
