{#- The value of a key of a map; null where it has no such key. -#}
{% macro map_value(map, key) -%}
    {{ map }}[{{ key }}]
{%- endmacro %}
