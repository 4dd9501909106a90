-- 1 row per finished sync of a resource for an account; compaction may leave a row in two files
select distinct
    account,
    resource,
    run_id,
    {{ utc('started_at') }} as started_at,
    {{ utc('finished_at') }} as finished_at,
    {{ utc('coalesce(_ordered_at, finished_at)') }} as ordered_at,
    coalesce(complete, false) as is_complete,
    {{ utc('watermark') }} as watermark,
    requests,
    rows_seen,
    rows_written,
    rows_rejected,
    rows_with_problems,
    mode,
    organization,
    missing,
    notes,
    availability,
    unavailable_reason
from {{ source('lake', '_syncs') }}
