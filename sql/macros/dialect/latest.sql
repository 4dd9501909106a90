{#-
    The value of a group's last row in an order. The order is a list of expressions, the most significant one first.
    Rows whose value is null are skipped. A null in the order sorts after every other value; if the order is a single
    expression, rows with a null in it are skipped.
-#}
{% macro latest_by(value, order) -%}
    {{ adapter.dispatch('latest_by')(value, order) }}
{%- endmacro %}

{% macro default__latest_by(value, order) -%}
    arg_max({{ value }}, {{ order[0] if order | length == 1 else '(' ~ order | join(', ') ~ ')' }})
{%- endmacro %}

{#- Spark would return a null value, and sorts the nulls of a struct first. -#}
{% macro spark__latest_by(value, order) -%}
    max_by({{ value }}, case when {{ value }} is not null then
        {%- if order | length == 1 %} {{ order[0] }}
        {%- else %} struct({% for by in order %}{{ by }} is null, {{ by }}{{ ', ' if not loop.last }}{% endfor %})
        {%- endif %} end)
{%- endmacro %}
