-- 1 row per characterization: whether one of its fidelities was an outlier for the worse, or had changed to a worse
-- level in the 30 days before, so that the usual level is the old one. Later measurements can change this verdict
with judgements as (
    select
        trends.characterization_id,
        bool_or(
            coalesce(trends.is_regression, false)
            or coalesce(changes.is_regression and trends.measured_at < changes.changed_at + interval 30 days, false)
        ) as is_in_regression
    from {{ ref('fidelity_trends') }} as trends
    {{ join_latest(
        'left', ref('fidelity_changes'), 'changes',
        by={'backend': 'trends.backend', 'metric': 'trends.metric'}, at='changed_at', until='trends.measured_at'
    ) }}
    where trends.metric in ('1q', '2q', 'spam')
    group by trends.characterization_id
)

-- 1 row per characterization
select
    measured.characterization_id,
    measured.backend,
    measured.measured_at,
    measured.qubits,
    measured.fidelity_1q,
    measured.fidelity_1q_stderr,
    measured.fidelity_2q,
    measured.fidelity_2q_stderr,
    measured.fidelity_spam,
    measured.fidelity_spam_stderr,
    measured.t1_seconds,
    measured.t2_seconds,
    measured.gate_1q_seconds,
    measured.gate_2q_seconds,
    measured.readout_seconds,
    measured.reset_seconds,
    measured.connected_pairs,
    measured.is_plausible,
    judgements.is_in_regression
from {{ ref('stg_ionq__characterizations') }} as measured
left join judgements on measured.characterization_id = judgements.characterization_id
