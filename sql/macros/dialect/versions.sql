{#-
    A fingerprint of the versions that the lake has of a record, whatever files they lie in. An incremental model
    rebuilds a record if its fingerprint has changed since the last build. It is a sum, so the order of the versions
    does not matter.
-#}
{% macro versions_hash() -%}
    {{ adapter.dispatch('versions_hash')() }}
{%- endmacro %}

{% macro default__versions_hash() -%}
    sum(hash(account, _run_id, epoch_us(_extracted_at), _hash)::hugeint)::varchar
{%- endmacro %}

{#- This hash differs from DuckDB's: it is compared only with what the same engine has built. -#}
{% macro spark__versions_hash() -%}
    cast(sum(cast(xxhash64(account, _run_id, unix_micros(_extracted_at), _hash) as decimal(38, 0))) as string)
{%- endmacro %}
