{#- The first full hour at or after an instant. -#}
{% macro first_full_hour_from(instant) -%}
    date_trunc('hour', {{ instant }} - interval 1 microsecond) + interval 1 hour
{%- endmacro %}

{#- The first full hour after an instant. -#}
{% macro first_full_hour_after(instant) -%}
    date_trunc('hour', {{ instant }}) + interval 1 hour
{%- endmacro %}
