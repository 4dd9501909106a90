-- 1 row per organization and currency
with currencies as (
    select
        organization,
        currency,
        count(*) as bills
    from {{ ref('int_job_bills') }}
    group by organization, currency
)

-- 1 row per account: the currency of most of its organization's bills, in which a job that costs nothing costs nothing
select
    accounts.account,
    currencies.currency
from {{ ref('int_account_organizations') }} as accounts
inner join currencies on accounts.organization = currencies.organization
qualify
    row_number() over (
        partition by accounts.account order by currencies.bills desc, currencies.currency asc
    ) = 1
