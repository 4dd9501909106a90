{#- Order of a record's versions in the lake, the current one first. -#}
{% macro newest_first() -%}
    {{ version_order() }} desc, _run_id desc, account asc, _hash asc
{%- endmacro %}

{#-
    The current version of each record of a resource, as a subquery to select from. It is the newest version of an
    account; between several accounts, it is the one that `prefer` puts first, or else the newest.

    - within: expressions that make the key of ionq_data/resources unique beyond one account (an organization).
    - prefer: an order that decides between accounts, such as `coalesce(_deleted, false) asc`.
-#}
{% macro current_versions(resource, within=[], prefer=[]) -%}
    {{ newest_of_key(source('lake', resource), resource, within, prefer) }}
{%- endmacro %}

{#-
    The head of a statement for an incremental model of a resource whose key is one column: `with`, and as its last
    table `current_version`. This has a row for each record to build, with the columns of its current version and its
    `versions_hash`. Beside it, `several` has the records to build of which the lake has several versions. Nearly every
    record has one, and passes through neither a window nor a large join.

    - built_key: the key's name in the model.
    - prefer: as for `current_versions`.
-#}
{% macro with_versions_to_build(resource, built_key, prefer) -%}
{%- set key, lake = record_key(resource)[0], source('lake', resource) -%}
{% if is_incremental() -%}
-- 1 row per record of the lake
with lake_versions as (
    select
        {{ key }},
        count(*) as versions,
        {{ versions_hash() }} as versions_hash
    from {{ lake }}
    group by {{ key }}
),

-- 1 row per record whose versions have changed since it was built; without versions if the lake no longer has any
changed as (
    select
        coalesce(lake_versions.{{ key }}, built.{{ built_key }}) as {{ key }},
        lake_versions.versions,
        lake_versions.versions_hash
    from lake_versions
    full join {{ this }} as built on lake_versions.{{ key }} = built.{{ built_key }}
    where lake_versions.versions_hash is distinct from built.versions_hash
),

-- 1 row per record to build that has several versions
several as (
    select
        {{ key }},
        versions_hash
    from changed
    where versions > 1
),

-- 1 row per record to build that has one version
only_version as (
    select
        versions.*,
        changed.versions_hash
    from {{ lake }} as versions
    inner join changed on versions.{{ key }} = changed.{{ key }} and changed.versions = 1
),
{%- else -%}
-- 1 row per record that has several versions
with several as (
    select
        {{ key }},
        {{ versions_hash() }} as versions_hash
    from {{ lake }}
    group by {{ key }}
    having count(*) > 1
),

-- 1 row per record that has one version
only_version as (
    select
        versions.*,
        ({{ version_hash() }})::string as versions_hash
    from {{ lake }} as versions
    anti join several on versions.{{ key }} = several.{{ key }}
),
{%- endif %}

-- 1 row per version of a record to build that has several
version_of_several as (
    select versions.*
    from {{ lake }} as versions
    semi join several on versions.{{ key }} = several.{{ key }}
),

-- 1 row per record to build
current_version as (
    select * from only_version
    union all
    select
        newest.*,
        several.versions_hash
    from {{ newest_of_key('version_of_several', resource, [], prefer) }} as newest
    inner join several on newest.{{ key }} = several.{{ key }}
)
{%- endmacro %}

{#- The tail of the same statement: a row with the key alone for each record that the lake no longer has. -#}
{% macro records_gone(resource, built_key) -%}
{% if is_incremental() -%}
union all by name
select {{ record_key(resource)[0] }} as {{ built_key }}
from changed
where versions is null
{%- endif %}
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
