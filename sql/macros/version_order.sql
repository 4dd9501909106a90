{#-
    The order of a record's versions in the lake: the greatest is the current one. `_ordered_at` is `_extracted_at`, or
    later if an earlier clock ran ahead; files of release 0.1.0 do not have it.
-#}
{% macro version_order(relation = none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    coalesce({{ prefix }}_ordered_at, {{ prefix }}_extracted_at)
{%- endmacro %}
