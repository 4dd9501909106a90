{#-
    Incremental strategy `changes`. On top of the last build, a model returns the rows that are new or have changed. For
    a record that has gone, it returns a row with its key alone, and with null in the column `hash_column`. Afterwards,
    the table equals the result of a build from scratch.
-#}
{% macro get_incremental_changes_sql(arguments) -%}
    {%- set target, changes, key = arguments.target_relation, arguments.temp_relation, arguments.unique_key -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    delete from {{ target }} where {{ key }} in (select {{ key }} from {{ changes }});
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ changes }} where {{ config.require('hash_column') }} is not null;
{%- endmacro %}

{#- Whether a model is compiled for a build on top of the last one; Spark always builds from scratch. -#}
{% macro is_incremental() -%}
    {{ return(adapter.dispatch('is_incremental')()) }}
{%- endmacro %}

{% macro default__is_incremental() -%}
    {{ return(dbt.is_incremental()) }}
{%- endmacro %}

{% macro spark__is_incremental() -%}
    {{ return(false) }}
{%- endmacro %}
