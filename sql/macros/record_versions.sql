{#- Order of a record's versions in the lake, the current one first. -#}
{% macro newest_first() -%}
    {{ version_order() }} desc, _run_id desc, account asc, _hash asc
{%- endmacro %}

{#-
    The current version of each record of a resource, as a subquery to select from. It is the newest version of an
    account; between several accounts, it is the one that `prefer` puts first, or else the newest.

    - within: expressions that make the key of ionq_data/resources unique beyond one account (an organization).
    - prefer: an order that decides between accounts, such as `coalesce(_deleted, false) asc`.
    - among: a relation with the key column, with `versions` (the number of versions in the lake), and with columns to
      add to the version. Only these records are returned. It works for a resource whose key is one column.
-#}
{% macro current_versions(resource, within=[], prefer=[], among=none) -%}
(
    {%- if among %}
    {%- set key = record_key(resource)[0] %}
    {#- Nearly every record has one version, and need not pass through the sort of a window. #}
    select
        versions.*,
        {{ all_but([key, 'versions'], 'among') }}
    from {{ source('lake', resource) }} as versions
    inner join {{ among }} as among on versions.{{ key }} = among.{{ key }} and among.versions = 1
    union all
    select
        versions.*,
        {{ all_but([key, 'versions'], 'among') }}
    from {{ newest_of_key(versions_of_several(resource, key, among), resource, within, prefer) }} as versions
    inner join {{ among }} as among on versions.{{ key }} = among.{{ key }}
    {%- else %}
    select * from {{ newest_of_key(source('lake', resource), resource, within, prefer) }} as versions
    {%- endif %}
)
{%- endmacro %}

{% macro versions_of_several(resource, key, among) -%}
(
        select versions.*
        from {{ source('lake', resource) }} as versions
        semi join (select {{ key }} from {{ among }} where versions > 1) as several
            on versions.{{ key }} = several.{{ key }}
    )
{%- endmacro %}

{#- One value that identifies a record of a resource within an account. -#}
{% macro record_of(resource) -%}
    {%- set key = record_key(resource) -%}
    {{ key[0] if key | length == 1 else row_of(key) }}
{%- endmacro %}

{#- The version of each key, out of a set, that `current_versions` returns. -#}
{% macro newest_of_key(versions, resource, within, prefer) -%}
{%- set key = (within + record_key(resource)) | join(', ') -%}
(
    select *
    from (
        select *
        from {{ versions }} as versions
        qualify row_number() over (partition by account, {{ key }} order by {{ newest_first() }}) = 1
    ) as by_account
    qualify row_number() over (partition by {{ key }} order by {{ (prefer + [newest_first()]) | join(', ') }}) = 1
    )
{%- endmacro %}
