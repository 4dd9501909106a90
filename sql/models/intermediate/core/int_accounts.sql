-- 1 row per account whose jobs were once read completely
with complete_listings as (
    select
        account,
        {{ latest_by('started_at', ['ordered_at', 'run_id']) }} as as_of
    from {{ ref('stg_ionq__syncs') }}
    where resource = 'jobs' and is_complete and availability is distinct from 'refused'
    group by account
)

-- 1 row per account that the lake knows
select
    accounts.account,
    accounts.organization,
    complete_listings.as_of
from {{ ref('int_account_organizations') }} as accounts
left join complete_listings on accounts.account = complete_listings.account
