{#-
    Incremental strategy `changes`. On top of the last build a model returns the rows that are new or other than they
    were, and of a record that has gone its key alone: such a row has nothing in the column `hash_column`. What then
    stands in the table is what a build from nothing makes.
-#}
{% macro get_incremental_changes_sql(arguments) -%}
    {%- set target, changes, key = arguments.target_relation, arguments.temp_relation, arguments.unique_key -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    delete from {{ target }} where {{ key }} in (select {{ key }} from {{ changes }});
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ changes }} where {{ config.require('hash_column') }} is not null;
{%- endmacro %}

{#- Whether a model is compiled for a build on top of the last one: on Spark every build is one from nothing. -#}
{% macro is_incremental() -%}
    {{ return(adapter.dispatch('is_incremental')()) }}
{%- endmacro %}

{% macro default__is_incremental() -%}
    {{ return(dbt.is_incremental()) }}
{%- endmacro %}

{% macro spark__is_incremental() -%}
    {{ return(false) }}
{%- endmacro %}
