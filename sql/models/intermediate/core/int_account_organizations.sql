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
)

select
    accounts.account,
    coalesce(organizations.organization, accounts.account) as organization
from accounts
left join organizations on accounts.account = organizations.account
