{#- A relation of the whole numbers from 0 to one less than `count`, in the column `n`. -#}
{% macro whole_numbers(count) -%}
    {{ adapter.dispatch('whole_numbers')(count) }}
{%- endmacro %}

{% macro default__whole_numbers(count) -%}
    (select range as n from range({{ count }}))
{%- endmacro %}

{% macro spark__whole_numbers(count) -%}
    (select id as n from range({{ count }}))
{%- endmacro %}

{#- A row for each whole number from the first to the last. -#}
{% macro each_whole_number(first, last) -%}
    {{ adapter.dispatch('each_whole_number')(first, last) }}
{%- endmacro %}

{% macro default__each_whole_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__each_whole_number(first, last) -%}
    {{ spark_sequence(first, last, '1') }}
{%- endmacro %}

{#- The value of an expression, or null if a product in it has too many digits for a decimal. -#}
{% macro null_if_too_great(expression) -%}
    {{ adapter.dispatch('null_if_too_great')(expression) }}
{%- endmacro %}

{% macro default__null_if_too_great(expression) -%}
    try({{ expression }})
{%- endmacro %}

{#- Spark does not fail: it drops digits after the point before a product has too many. -#}
{% macro spark__null_if_too_great(expression) -%}
    {{ expression }}
{%- endmacro %}
