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
        'usage': '"from"::timestamptz',
        'jobs': '"submitted_at"',
        'characterizations': '"date"',
        'job_costs': '"submitted_at"',
        'job_results': '"submitted_at"'
    }) }}
{%- endmacro %}

{#- True where a job has ended in whichever way; a status that is not known, or none, has not. -#}
{% macro is_terminal(status) -%}
    coalesce({{ status }} in ('canceled', 'completed', 'failed'), false)
{%- endmacro %}

{#- True unless the backend is a simulator: a name not known yet is a QPU's. Null where no backend is said. -#}
{% macro is_qpu(backend) -%}
    {{ backend }} not like 'simulator%'
{%- endmacro %}
