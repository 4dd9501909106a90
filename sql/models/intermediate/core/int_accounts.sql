-- 1 row per account that the lake knows
with accounts as (
    select account from {{ ref('stg_ionq__syncs') }}
    union
    select account from {{ ref('stg_ionq__jobs') }}
    union
    select account from {{ ref('stg_ionq__usage') }}
    union
    select account from {{ ref('stg_ionq__sessions') }}
),

-- 1 row per account whose organization is known
organizations as (
    select
        account,
        {{ latest_by('organization', ['ordered_at', 'run_id']) }} as organization
    from {{ ref('stg_ionq__syncs') }}
    where organization is not null
    group by account
),

-- 1 row per account whose jobs were once read completely
complete_listings as (
    select
        account,
        {{ latest_by('started_at', ['ordered_at', 'run_id']) }} as as_of
    from {{ ref('stg_ionq__syncs') }}
    where resource = 'jobs' and is_complete and availability is distinct from 'refused'
    group by account
)

select
    accounts.account,
    coalesce(organizations.organization, accounts.account) as organization,
    complete_listings.as_of
from accounts
left join organizations on accounts.account = organizations.account
left join complete_listings on accounts.account = complete_listings.account
