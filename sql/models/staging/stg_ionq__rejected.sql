-- 1 row per record that could not be stored, however often it arrived
with first_met as (
    select *
    from {{ source('lake', '_rejected') }}
    qualify row_number() over (partition by account, resource, _hash order by _extracted_at asc, _run_id asc) = 1
)

select
    account,
    resource,
    reason,
    _hash as record_hash,
    {{ utc('_extracted_at') }} as extracted_at,
    _run_id as run_id
from first_met
