-- 1 row per account and key
select
    account,
    key_id,
    key_name,
    project_id,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions('whoami', within=['account']) }} as current_version
