{#- All columns of a relation (or of everything that a select reads), without some of them. -#}
{% macro all_but(columns, of=none) -%}
    {{ adapter.dispatch('all_but')(columns, of) }}
{%- endmacro %}

{% macro default__all_but(columns, of) -%}
    {{ of ~ '.' if of }}* exclude ({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__all_but(columns, of) -%}
    {{ of ~ '.' if of }}* except ({{ columns | join(', ') }})
{%- endmacro %}

{#- Several values as one, to compare or to count. -#}
{% macro row_of(values) -%}
    {{ adapter.dispatch('row_of')(values) }}
{%- endmacro %}

{% macro default__row_of(values) -%}
    row({{ values | join(', ') }})
{%- endmacro %}

{% macro spark__row_of(values) -%}
    struct({{ values | join(', ') }})
{%- endmacro %}

{#- A hash of some values, and of all columns of some relations. -#}
{% macro row_hash(values, rows=[]) -%}
    {{ adapter.dispatch('row_hash')(values, rows) }}
{%- endmacro %}

{% macro default__row_hash(values, rows) -%}
    hash({{ (values + rows) | join(', ') }})
{%- endmacro %}

{#- This hash differs from DuckDB's: it is compared only with what the same engine has built. -#}
{% macro spark__row_hash(values, rows) -%}
    (xxhash64({{ values | join(', ') }}{% for row in rows %}, struct({{ row }}.*){% endfor %}) & 9223372036854775807)
{%- endmacro %}

{#- Makes the engine compute a CTE once that is read several times. -#}
{% macro materialized() -%}
    {{ adapter.dispatch('materialized')() }}
{%- endmacro %}

{% macro default__materialized() -%}
    materialized
{%- endmacro %}

{#- Spark decides by itself. -#}
{% macro spark__materialized() -%}
{%- endmacro %}

{#- A row per column of a resource in the lake: `path` is its name, `filled` the number of its values. -#}
{% macro filled_columns(resource) -%}
    {{ adapter.dispatch('filled_columns')(resource) }}
{%- endmacro %}

{#- From the statistics in the files: reading every value of the lake would take longer than all marts. -#}
{% macro default__filled_columns(resource) -%}
    (
        select
            split_part(path_in_schema, ', ', 1) as path,
            sum(num_values - coalesce(stats_null_count, 0)) as filled
        from parquet_metadata('{{ env_var('IONQ_DATA_LAKE', 'lake') | replace("'", "''") }}/{{ resource }}/**/*.parquet')
        group by split_part(path_in_schema, ', ', 1)
    )
{%- endmacro %}

{#- Spark does not offer the statistics of files to SQL, but it has the machines to count. -#}
{% macro spark__filled_columns(resource) -%}
    {%- set columns = record_columns(resource) -%}
    (
        select
            stack(
                {{ columns | length }}
                {%- for column in columns %}, '{{ column }}', count("{{ column }}"){% endfor %}
            ) as (path, filled)
        from {{ source('lake', resource) }}
    )
{%- endmacro %}
