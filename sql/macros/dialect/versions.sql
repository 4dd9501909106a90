{#-
    A fingerprint of the versions that the lake has of a record, whatever files they lie in. An incremental model
    rebuilds a record if its fingerprint has changed since the last build. It is a sum, so the order of the versions
    does not matter.
-#}
{% macro versions_hash() -%}
    sum({{ version_hash() }})::string
{%- endmacro %}

{#- The fingerprint of a record's only version is this, as a string. -#}
{% macro version_hash() -%}
    {{ adapter.dispatch('version_hash')() }}
{%- endmacro %}

{% macro default__version_hash() -%}
    hash(account, _run_id, epoch_us(_extracted_at), _hash)::hugeint
{%- endmacro %}

{#- This hash differs from DuckDB's: it is compared only with what the same engine has built. -#}
{% macro spark__version_hash() -%}
    cast(xxhash64(account, _run_id, unix_micros(_extracted_at), _hash) as decimal(38, 0))
{%- endmacro %}
