{#- The lines of a CSV file as rows of texts. A column that it lacks is null; without a file there are no rows. -#}
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

{#- A cluster does not see the file, so the build replaces the path by a view of its lines. -#}
{% macro spark__csv_lines(path, columns, comment) -%}
    {%- if path -%}
    {{ path }}
    {%- else -%}
    (select {% for column in columns %}cast(null as string) as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false)
    {%- endif -%}
{%- endmacro %}

{#- Stops the build with an error message. -#}
{% macro fail(sentence) -%}
    {{ adapter.dispatch('fail')(sentence) }}
{%- endmacro %}

{% macro default__fail(sentence) -%}
    error({{ sentence }})
{%- endmacro %}

{% macro spark__fail(sentence) -%}
    raise_error({{ sentence }})
{%- endmacro %}
