{#- The lines of a CSV file as rows of texts; a column that it does not have is null, and without a file there is no line. -#}
{% macro csv_lines(path, columns, comment=none) -%}
    {{ adapter.dispatch('csv_lines')(path, columns, comment) }}
{%- endmacro %}

{% macro default__csv_lines(path, columns, comment) -%}
    (
        select {% for column in columns %}null::varchar as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false
        {%- if path %}
        union all by name
        select *
        from
            read_csv(
                '{{ path | replace("'", "''") }}',
                header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
                {%- if comment %}, comment = '{{ comment }}'{% endif %}
            )
        {%- endif %}
    )
{%- endmacro %}

{#- A cluster does not see the file: the build hands its lines over as a view, in the place of the path. -#}
{% macro spark__csv_lines(path, columns, comment) -%}
    {%- if path -%}
    {{ path }}
    {%- else -%}
    (select {% for column in columns %}cast(null as string) as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false)
    {%- endif -%}
{%- endmacro %}

{#- Ends the build with a sentence. -#}
{% macro fail(sentence) -%}
    {{ adapter.dispatch('fail')(sentence) }}
{%- endmacro %}

{% macro default__fail(sentence) -%}
    error({{ sentence }})
{%- endmacro %}

{% macro spark__fail(sentence) -%}
    raise_error({{ sentence }})
{%- endmacro %}
