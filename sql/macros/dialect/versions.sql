{#-
    What tells two sets of a record's versions in the lake apart, whatever files they lie in: an incremental model builds
    a record again when it differs from that of the last build. A sum, so that the order of the versions is no part of it.
-#}
{% macro versions_hash() -%}
    {{ adapter.dispatch('versions_hash')() }}
{%- endmacro %}

{% macro default__versions_hash() -%}
    sum(hash(account, _run_id, epoch_us(_extracted_at), _hash)::hugeint)::varchar
{%- endmacro %}

{#- Another hash than DuckDB's: it is compared with what the same engine has built, never across engines. -#}
{% macro spark__versions_hash() -%}
    cast(sum(cast(xxhash64(account, _run_id, unix_micros(_extracted_at), _hash) as decimal(38, 0))) as string)
{%- endmacro %}
