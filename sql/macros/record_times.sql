{#- Of each resource of the lake, the time that says how new a record is. -#}
{% macro record_times() -%}
    {{ return({
        'whoami': '_extracted_at',
        'backends': '_extracted_at',
        'characterizations': 'date',
        'jobs': 'submitted_at',
        'job_costs': '_extracted_at',
        'usage': '"from"::timestamptz',
        'sessions': 'created_at',
        'rates': '_extracted_at',
        'job_results': 'submitted_at',
        'projects': '_extracted_at',
    }) }}
{%- endmacro %}
