{#-
    The rows of a model, within a model that has the same `row_key`. A row of the latter follows from the rows with its
    key alone, and from models that are read without this macro. So if nothing else has changed, a build on top of the
    last one puts a filter here, and replaces the rows whose key it lets through (ionq_data/warehouse/changed_rows.py).
-#}
{% macro rows_to_build(relation) -%}
(select * from {{ relation }} {{ env_var('IONQ_DATA_ROWS_TO_BUILD', '') }})
{%- endmacro %}
