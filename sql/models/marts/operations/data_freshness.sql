-- 1 row per account and resource with a record in the lake
with records as (
    {%- for resource, time in record_times().items() %}
    select
        account,
        '{{ resource }}' as resource,
        count(*) as rows,  -- distinct keys in one group would not leave the memory
        max(newest_record_at) as newest_record_at,
        max(newest_extracted_at) as newest_extracted_at
    from (
        select
            account,
            max({{ utc(time) }}) as newest_record_at,
            max({{ utc('_extracted_at') }}) as newest_extracted_at
        from {{ source('lake', resource) }}
        group by account, {{ record_of(resource) }}
    ) as of_record
    group by account
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- 1 row per account, resource and record that ever had a problem, with those of its current version
doubtful as (
    {%- for resource in record_times() %}
    select
        account,
        '{{ resource }}' as resource,
        {{ latest_by('coalesce(' ~ list_size('_problems') ~ ', 0)', ['_extracted_at', '_run_id']) }} as problems
    from {{ source('lake', resource) }}
    where
        {{ row_hash([record_of(resource)]) }} in (
            select {{ row_hash([record_of(resource)]) }}
            from {{ source('lake', resource) }} as suspects
            where {{ list_size('suspects._problems') }} > 0
        )
    group by account, {{ record_of(resource) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- 1 row per account and resource
problems as (
    select
        account,
        resource,
        count(*) filter (where problems > 0) as problems
    from doubtful
    group by account, resource
),

-- 1 row per account and resource with a sync
syncs as (
    select
        account,
        resource,
        max(started_at) as last_sync_at,
        -- a resource that the key may not see is complete, although nothing was read
        max(started_at) filter (where is_complete and availability is distinct from 'refused') as last_complete_sync_at,
        max(watermark) as watermark,
        {{ latest_by('coalesce(' ~ list_size('missing') ~ ', 0)', ['started_at', 'run_id']) }} as missing,
        {{ latest_by('availability', ['started_at', 'run_id']) }} as availability,
        {{ latest_by("coalesce(unavailable_reason, '')", ['started_at', 'run_id']) }}
        filter (where availability is not null)
            as unavailable_reason
    from {{ ref('stg_ionq__syncs') }}
    group by account, resource
),

rejected as (
    select
        account,
        resource,
        count(*) as rejected
    from {{ ref('stg_ionq__rejected') }}
    group by account, resource
),

known as (
    select
        account,
        resource
    from records
    union
    select
        account,
        resource
    from syncs
    union
    select
        account,
        resource
    from rejected
)

select
    known.account,
    known.resource,
    syncs.last_complete_sync_at,
    syncs.last_sync_at,
    {{ seconds_between('syncs.last_complete_sync_at', 'max(syncs.last_sync_at) over ()') }} as behind_seconds,
    records.newest_record_at,
    records.newest_extracted_at,
    syncs.watermark,
    coalesce(records.rows, 0) as rows,
    coalesce(problems.problems, 0) as problems,
    coalesce(rejected.rejected, 0) as rejected,
    coalesce(syncs.missing, 0) as missing,
    coalesce(syncs.availability, 'available') as availability,
    case when syncs.availability = 'refused' then nullif(syncs.unavailable_reason, '') end as unavailable_reason
from known
left join records on known.account = records.account and known.resource = records.resource
left join problems on known.account = problems.account and known.resource = problems.resource
left join syncs on known.account = syncs.account and known.resource = syncs.resource
left join rejected on known.account = rejected.account and known.resource = rejected.resource
