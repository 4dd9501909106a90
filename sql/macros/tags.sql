{#- The members of a JSON object as a map of texts; null where the text is no JSON object. -#}
{% macro map_of_json(text) -%}
    try_cast(try_cast({{ text }} as json) as map(varchar, varchar))
{%- endmacro %}

{#- Two maps as one; where both have a key, the second one's value counts. A map that is null adds nothing. -#}
{% macro merged_maps(under, over) -%}
    map_concat({{ under }}, {{ over }})
{%- endmacro %}

{#- A map of texts as a JSON object with its keys in order, so that equal maps are equal texts. -#}
{% macro json_of_map(map) -%}
    to_json(map_from_entries(list_sort(map_entries({{ map }}))))::varchar
{%- endmacro %}

{#- One row per key of a map: its columns `key` and `value`, among the others of a select. -#}
{% macro rows_of_map(map) -%}
    unnest(map_entries({{ map }}), recursive := true)
{%- endmacro %}

{#- The value of a key of a map; null where it has no such key. -#}
{% macro map_value(map, key) -%}
    {{ map }}[{{ key }}]
{%- endmacro %}

{#- Whether a text fits a pattern of % and _, which a backslash makes plain; null where there is no text. -#}
{% macro matches(text, pattern) -%}
    {{ text }} like {{ pattern }} escape '\'
{%- endmacro %}
