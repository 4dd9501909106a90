{#- The members of a JSON object as a map of texts; null where the text is no JSON object. -#}
{% macro map_of_json(text) -%}
    {{ adapter.dispatch('map_of_json')(text) }}
{%- endmacro %}

{% macro default__map_of_json(text) -%}
    try_cast(try_cast({{ text }} as json) as map(varchar, varchar))
{%- endmacro %}

{% macro spark__map_of_json(text) -%}
    from_json({{ text }}, 'map<string,string>')
{%- endmacro %}

{#- The members of a JSON object whose values are numbers, as a map. -#}
{% macro map_of_numbers(text) -%}
    {{ adapter.dispatch('map_of_numbers')(text) }}
{%- endmacro %}

{% macro default__map_of_numbers(text) -%}
    try_cast(try_cast({{ text }} as json) as map(varchar, double))
{%- endmacro %}

{% macro spark__map_of_numbers(text) -%}
    transform_values(from_json({{ text }}, 'map<string,string>'), (_key, _value) -> try_cast(_value as double))
{%- endmacro %}

{#- The member of a JSON text at a path such as `a.b`, as JSON; null where there is none. -#}
{% macro json_member(text, path) -%}
    {{ adapter.dispatch('json_member')(text, path) }}
{%- endmacro %}

{% macro default__json_member(text, path) -%}
    json_extract({{ text }}, '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_member(text, path) -%}
    get_json_object({{ text }}, '$.{{ path }}')
{%- endmacro %}

{#- Two maps as one. If both have a key, the second one's value counts; a null map adds nothing. -#}
{% macro merged_maps(under, over) -%}
    {{ adapter.dispatch('merged_maps')(under, over) }}
{%- endmacro %}

{% macro default__merged_maps(under, over) -%}
    map_concat({{ under }}, {{ over }})
{%- endmacro %}

{% macro spark__merged_maps(under, over) -%}
    coalesce(map_concat({{ under }}, {{ over }}), {{ under }}, {{ over }})
{%- endmacro %}

{#- A map of texts as a JSON object with its keys in order, so that equal maps are equal texts. -#}
{% macro json_of_map(map) -%}
    {{ adapter.dispatch('json_of_map')(map) }}
{%- endmacro %}

{% macro default__json_of_map(map) -%}
    to_json(map_from_entries(list_sort(map_entries({{ map }}))))::varchar
{%- endmacro %}

{% macro spark__json_of_map(map) -%}
    to_json(map_from_entries(array_sort(map_entries({{ map }}))), map('ignoreNullFields', 'false'))
{%- endmacro %}

{#- One row per key of a map: its columns `key` and `value`, among the others of a select. -#}
{% macro rows_of_map(map) -%}
    {{ adapter.dispatch('rows_of_map')(map) }}
{%- endmacro %}

{% macro default__rows_of_map(map) -%}
    unnest(map_entries({{ map }}), recursive := true)
{%- endmacro %}

{% macro spark__rows_of_map(map) -%}
    explode({{ map }})
{%- endmacro %}

{#- Whether a text fits a pattern of % and _, which a backslash escapes; null for a null text. -#}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches')(text, pattern) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ text }} like {{ pattern }} escape '\'
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ text }} like {{ pattern }}
{%- endmacro %}

{#- A text of binary digits as a whole number, the last digit being the lowest; null if it is not binary. -#}
{% macro number_of_bits(bits) -%}
    {{ adapter.dispatch('number_of_bits')(bits) }}
{%- endmacro %}

{% macro default__number_of_bits(bits) -%}
    try_cast(try_cast({{ bits }} as bit) as bigint)
{%- endmacro %}

{% macro spark__number_of_bits(bits) -%}
    case when {{ bits }} rlike '^[01]+$' then try_cast(conv({{ bits }}, 2, 10) as bigint) end
{%- endmacro %}
