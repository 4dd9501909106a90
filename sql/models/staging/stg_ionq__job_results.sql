-- 1 row per job and artifact; an answer to one account counts more than a refusal to another
select
    account,
    job_id,
    -- older rows name a result by its variant and kind
    coalesce(artifact, concat_ws('/', nullif(variant_id, ''), nullif(kind, ''))) as artifact,
    variant_id,
    kind,
    format,
    media_type,
    source,
    {{ utc('submitted_at') }} as submitted_at,
    outcomes,
    http_status,
    case when http_status = 200 then _raw end as distribution_json,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions(
    'job_results', within=['variant_id', 'kind'], prefer=['coalesce(http_status = 200, false) desc']
) }} as current_version
