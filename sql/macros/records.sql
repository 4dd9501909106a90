{#- Made from ionq_data/resources by `make dictionary`: change the resource there. -#}

{#- The columns whose values make a record of a resource one record. -#}
{% macro record_key(resource) -%}
    {{ return({
        'whoami': ['"key_id"'],
        'backends': ['"backend"', '"_extracted_at"'],
        'sessions': ['"id"'],
        'rates': ['"backend"', '"error_mitigation"', '"_extracted_at"'],
        'projects': ['"id"'],
        'usage': ['"group_by"', '"modality"', '"from"'],
        'jobs': ['"id"'],
        'characterizations': ['"id"'],
        'job_costs': ['"job_id"'],
        'job_results': ['"job_id"', 'coalesce("artifact", concat_ws(\'/\', nullif(variant_id, \'\'), nullif(kind, \'\')))']
    }[resource]) }}
{%- endmacro %}

{#- Of each resource of the lake, the time that says how new a record is. -#}
{% macro record_times() -%}
    {{ return({
        'whoami': '"_extracted_at"',
        'backends': '"_extracted_at"',
        'sessions': '"created_at"',
        'rates': '"_extracted_at"',
        'projects': '"_extracted_at"',
        'usage': '"from"::timestamp',
        'jobs': '"submitted_at"',
        'characterizations': '"date"',
        'job_costs': '"submitted_at"',
        'job_results': '"submitted_at"'
    }) }}
{%- endmacro %}

{#- The columns of a resource in the lake, but those that tell of the record. -#}
{% macro record_columns(resource) -%}
    {{ return({
        'whoami': ['key_id', 'key_name', 'project_id'],
        'backends': ['backend', 'status', 'degraded', 'qubits', 'average_queue_time', 'last_updated', 'characterization_id', 'kw', 'location', 'supported_gates', 'supported_native_gates', 'supported_error_mitigations', 'noise_models', 'has_access'],
        'sessions': ['id', 'created_at', 'organization_id', 'backend', 'project_id', 'creator_id', 'started_at', 'ended_at', 'ender_id', 'active', 'status', 'settings_job_count_limit', 'settings_duration_limit_min', 'settings_cost_limit_value', 'settings_cost_limit_unit', 'settings_expires_at'],
        'rates': ['backend', 'error_mitigation', 'input_values_type', 'input_values_qubits', 'input_values_shots', 'input_values_1q_gates', 'input_values_2q_gates', 'estimate_context_project', 'estimated_at', 'cost_unit', 'rate_information_job_cost_minimum', 'rate_information_cost_1q_gate', 'rate_information_cost_2q_gate', 'rate_information_organization', 'rate_information_rate_type', 'rate_information_qct_cost_cents', 'rate_card_id', 'rate_card_rates', 'rate_card_unit_cost', 'estimated_cost', 'estimated_quantum_compute_time_us', 'estimated_execution_time', 'current_predicted_queue_time'],
        'projects': ['id', 'name', 'organization_id', 'quotaUsage', 'quotaLimit', 'unit'],
        'usage': ['organization', 'group_by', 'modality', 'from', 'amount', 'amount_unit', 'amounts', 'job_count', 'time_us', 'group_usages'],
        'jobs': ['id', 'status', 'type', 'backend', 'dry_run', 'submitter_id', 'project_id', 'parent_job_id', 'child_job_ids', 'session_id', 'metadata', 'name', 'submitted_at', 'started_at', 'completed_at', 'predicted_wait_time_ms', 'predicted_execution_duration_ms', 'execution_duration_ms', 'shots', 'noise_model', 'noise_seed', 'failure_code', 'failure_message', 'warning_messages', 'cost_model', 'stats_qubits', 'stats_circuits', 'stats_gate_counts_1q', 'stats_gate_counts_2q', 'stats_gate_counts', 'stats_kwh', 'stats_predicted_quantum_compute_time_us', 'stats_billed_quantum_compute_time_us', 'settings_error_mitigation_debiasing', 'settings_error_mitigation_symmetry_verification', 'settings_compilation_opt', 'settings_compilation_precision', 'settings_compilation_gate_basis', 'settings_compilation_service_version', 'output_compilation_compiled_circuits', 'output_error_mitigation_debiasing', 'output_error_mitigation_debiasing_aggregation_method', 'output_error_mitigation_debiasing_variants', 'output_error_mitigation_aggregations', 'output_error_mitigation_symmetry_verification_applied', 'output_error_mitigation_symmetry_verification_num_allowed_states', 'results'],
        'characterizations': ['id', 'backend', 'date', 'qubits', 'connectivity', 'fidelity_1q_median', 'fidelity_1q_stderr', 'fidelity_2q_median', 'fidelity_2q_stderr', 'fidelity_spam_median', 'fidelity_spam_stderr', 'timing_t1', 'timing_t2', 'timing_1q', 'timing_2q', 'timing_readout', 'timing_reset'],
        'job_costs': ['job_id', 'submitted_at', 'dry_run', 'estimated_cost_value', 'estimated_cost_unit', 'cost_value', 'cost_unit', 'is_settled', 'first_answered_at', 'attempts', 'http_status', 'reason', 'answer_hash'],
        'job_results': ['job_id', 'artifact', 'format', 'media_type', 'source', 'variant_id', 'kind', 'submitted_at', 'outcomes', 'http_status']
    }[resource]) }}
{%- endmacro %}

{#- True if a job has ended in whichever way; a status that is not known, or none, has not. -#}
{% macro is_terminal(status) -%}
    coalesce({{ status }} in ('canceled', 'completed', 'failed'), false)
{%- endmacro %}

{#- True unless the backend is a simulator: a name not known yet is a QPU's. Null if no backend is said. -#}
{% macro is_qpu(backend) -%}
    {{ backend }} not like 'simulator%'
{%- endmacro %}
