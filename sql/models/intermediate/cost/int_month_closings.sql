-- 1 row per complete reading of jobs, bills or the usage report; a refusal counts, too: there is no more to see
with readings as (
    select distinct
        accounts.organization,
        syncs.account,
        syncs.resource,
        syncs.started_at,
        syncs.finished_at::date as read_on
    from {{ ref('stg_ionq__syncs') }} as syncs
    inner join {{ ref('int_accounts') }} as accounts on syncs.account = accounts.account
    where
        syncs.resource in ('jobs', 'job_costs', 'usage')
        and syncs.is_complete
        and coalesce(syncs.mode, '') not in ('range', 'skipped')
),

-- 1 row per account, resource and date
dates as (
    select
        organization,
        account,
        resource,
        read_on,
        max(started_at) as started_at
    from readings
    group by organization, account, resource, read_on
),

-- 1 row per organization and month with a cost
months as (
    select distinct
        organization,
        date_trunc('month', date)::date as month
    from {{ ref('int_costs_daily') }}
),

-- 1 row per organization, month, account and resource: the first date of a reading after all bills were final
first_dates as (
    select
        months.organization,
        months.month,
        dates.account,
        dates.resource,
        min(dates.read_on) as read_on
    from months
    inner join dates
        on
            months.organization = dates.organization
            and dates.started_at >= months.month + interval 1 month + interval '{{ var("settling_days") }} days'
    group by months.organization, months.month, dates.account, dates.resource
),

-- 1 row per organization, month and resource: every account shows its own jobs, but all show the same report
resources as (
    select
        organization,
        month,
        resource,
        if(resource = 'usage', min(read_on), max(read_on)) as read_on
    from first_dates
    group by organization, month, resource
)

-- 1 row per organization and month that is closed
select
    organization,
    month,
    max(read_on) as closed_on
from resources
group by organization, month
having count(*) = 3
