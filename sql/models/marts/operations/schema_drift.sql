-- 1 row per version of a record with a member that has no column, or a value that has no meaning
with versions as (
    {%- for resource in record_times() %}
    select
        '{{ resource }}' as resource,
        {{ row_hash(record_key(resource)) }} as record,
        _extracted_at,
        {{ each_item('_drift') }} as found
    from {{ source('lake', resource) }}
    where _drift is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- 1 row per resource
read as (
    {%- for resource in record_times() %}
    select
        '{{ resource }}' as resource,
        min(_extracted_at) as first_seen_at,
        max(_extracted_at) as last_seen_at
    from {{ source('lake', resource) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- 1 row per resource with records; each record counts once per account
resources as (
    select
        read.*,
        counts.records
    from read
    inner join (
        select
            resource,
            sum(rows) as records
        from {{ ref('data_freshness') }}
        group by resource
    ) as counts
        on read.resource = counts.resource and counts.records > 0
),

-- 1 row per resource and column, with the number of its values. It comes from the statistics in the files: reading
-- every value of the lake would take longer than all other marts
filled as (
    {%- for resource in record_times() %}
    select
        '{{ resource }}' as resource,
        columns.path,
        columns.filled
    from {{ filled_columns(resource) }} as columns
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    resource,
    found.path as path,
    found.kind as kind,
    count(distinct record) as records,
    {{ utc('min(_extracted_at)') }} as first_seen_at,
    {{ utc('max(_extracted_at)') }} as last_seen_at,
    {{ latest_by('found.type', ['_extracted_at', 'found.type']) }} as example_type
from versions
group by resource, found.path, found.kind
union all
select
    filled.resource,
    filled.path,
    'never_filled' as kind,
    resources.records::bigint as records,
    {{ utc('resources.first_seen_at') }} as first_seen_at,
    {{ utc('resources.last_seen_at') }} as last_seen_at,
    null as example_type
from filled
inner join resources on filled.resource = resources.resource
where filled.filled = 0 and left(filled.path, 1) <> '_'
