{#-
    Of the rows of a group, the value of the last one in an order: a list of expressions, the first counting most.
    It passes over rows whose value is null. A null in the order stands behind every other value; where the order is
    one expression, its nulls are passed over.
-#}
{% macro latest_by(value, order) -%}
    {{ adapter.dispatch('latest_by')(value, order) }}
{%- endmacro %}

{% macro default__latest_by(value, order) -%}
    arg_max({{ value }}, {{ order[0] if order | length == 1 else '(' ~ order | join(', ') ~ ')' }})
{%- endmacro %}

{#- Spark would return a null value, and puts the nulls of a struct first. -#}
{% macro spark__latest_by(value, order) -%}
    max_by({{ value }}, case when {{ value }} is not null then
        {%- if order | length == 1 %} {{ order[0] }}
        {%- else %} struct({% for by in order %}{{ by }} is null, {{ by }}{{ ', ' if not loop.last }}{% endfor %})
        {%- endif %} end)
{%- endmacro %}
