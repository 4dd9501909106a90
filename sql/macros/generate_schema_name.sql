{#- A layer's schema is named for the layer alone, so that `select * from fct_jobs` finds the mart. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
