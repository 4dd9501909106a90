{#- Made from ionq_data/resources by `make dictionary`: change the resource there. -#}

{#- The columns whose values make a record of a resource one record. -#}
{% macro record_key(resource) -%}
    {{ return({
        'whoami': ['"key_id"'],
        'backends': ['"backend"', '"_extracted_at"'],
        'sessions': ['"id"'],
        'projects': ['"id"'],
        'usage': ['"group_by"', '"modality"', '"from"'],
        'jobs': ['"id"'],
        'characterizations': ['"id"'],
        'job_costs': ['"job_id"'],
        'rates': ['"backend"', '"error_mitigation"', '"_extracted_at"'],
        'job_results': ['"job_id"', 'coalesce("artifact", concat_ws(\'/\', nullif(variant_id, \'\'), nullif(kind, \'\')))']
    }[resource]) }}
{%- endmacro %}

{#- True where a job has ended in whichever way; a status that is not known, or none, has not. -#}
{% macro is_terminal(status) -%}
    coalesce({{ status }} in ('canceled', 'completed', 'failed'), false)
{%- endmacro %}

{#- True unless the backend is a simulator: a name not known yet is a QPU's. Null where no backend is said. -#}
{% macro is_qpu(backend) -%}
    not starts_with({{ backend }}, 'simulator')
{%- endmacro %}
