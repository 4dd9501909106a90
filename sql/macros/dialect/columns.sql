{#- All columns of a relation (or of all that a select reads) but some. -#}
{% macro all_but(columns, of=none) -%}
    {{ adapter.dispatch('all_but')(columns, of) }}
{%- endmacro %}

{% macro default__all_but(columns, of) -%}
    {{ of ~ '.' if of }}* exclude ({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__all_but(columns, of) -%}
    {{ of ~ '.' if of }}* except ({{ columns | join(', ') }})
{%- endmacro %}

{#- Several values as one, to compare or to count. -#}
{% macro row_of(values) -%}
    {{ adapter.dispatch('row_of')(values) }}
{%- endmacro %}

{% macro default__row_of(values) -%}
    row({{ values | join(', ') }})
{%- endmacro %}

{% macro spark__row_of(values) -%}
    struct({{ values | join(', ') }})
{%- endmacro %}
