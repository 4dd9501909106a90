-- 1 row per organization, date and currency with a report or a bill
with reported as (
    select
        organization,
        usage_date as date,
        currency,
        amount as usage_report_cost,
        extracted_at as report_read_at,
        group_by
    from {{ ref('int_usage_totals') }}
    qualify
        row_number() over (
            partition by organization, usage_date, currency order by (group_by <> 'project')::integer, group_by
        ) = 1
),

-- 1 row per organization, date and currency that the report lists a group for
listed as (
    select
        organization,
        usage_date as date,
        currency,
        group_by,
        sum(amount) as listed_in_top5
    from {{ ref('int_usage_groups') }}
    group by all
),

billed as (
    select
        organization,
        billed_date as date,
        currency,
        sum(cost) as job_cost,
        count(*) as billed_jobs,
        count(*) filter (where not is_settled) as unsettled_jobs
    from {{ ref('int_job_bills') }}
    group by all
),

-- 1 row per organization and date with jobs that ended on a QPU and have no bill, neither their own nor their root's
unbilled as (
    select
        organization,
        completed_at::date as date,
        count(*) as unbilled_jobs
    from {{ ref('fct_jobs') }}
    where
        is_qpu and is_terminal and not dry_run
        and completed_at is not null
        and cost_status in ('estimated', 'refused', 'unknown', 'not_asked')
    group by all
),

-- 1 row per organization: the instant that stands for now, and when its report was last read, changed or not
clocks as (
    select
        accounts.organization,
        max(accounts.as_of) as as_of,
        max(syncs.started_at) as report_looked_at
    from {{ ref('int_accounts') }} as accounts
    left join {{ ref('stg_ionq__syncs') }} as syncs
        on
            accounts.account = syncs.account
            and syncs.resource = 'usage'
            and syncs.is_complete
            and syncs.availability is distinct from 'refused'
            and coalesce(syncs.mode, '') not in ('range', 'skipped')
    group by accounts.organization
),

compared as (
    select
        coalesce(reported.organization, billed.organization) as organization,
        coalesce(reported.date, billed.date) as date,
        coalesce(reported.currency, billed.currency) as currency,
        reported.usage_report_cost,
        reported.report_read_at,
        reported.group_by,
        coalesce(billed.job_cost, 0) as job_cost,
        coalesce(billed.billed_jobs, 0) as billed_jobs,
        coalesce(billed.unsettled_jobs, 0) as unsettled_jobs
    from reported
    full outer join billed
        on
            reported.organization = billed.organization
            and reported.date = billed.date
            and reported.currency = billed.currency
)

select
    compared.organization,
    compared.date,
    compared.usage_report_cost,
    compared.job_cost,
    compared.currency,
    if(compared.usage_report_cost is null, null, coalesce(listed.listed_in_top5, 0)) as listed_in_top5,
    compared.usage_report_cost - coalesce(listed.listed_in_top5, 0) as unlisted,
    compared.usage_report_cost - compared.job_cost as difference,
    case
        when compared.usage_report_cost is null then 'missing_report'
        when {{ agree_to_the_cent('compared.usage_report_cost', 'compared.job_cost', 'compared.billed_jobs') }}
            then 'matched'
        when
            compared.unsettled_jobs > 0
            -- `least` skips nulls, but jobs that were never read completely settle nothing
            or clocks.as_of is null
            -- a date is settled once both its jobs and its report were read after all of its bills were final
            or least(clocks.as_of, greatest(clocks.report_looked_at, compared.report_read_at))
            < compared.date + interval '{{ var("settling_days") }} days'
            then 'pending'
        when compared.usage_report_cost > compared.job_cost then 'missing_jobs'
        else 'mismatch'
    end as status,
    compared.billed_jobs,
    compared.unsettled_jobs,
    coalesce(unbilled.unbilled_jobs, 0) as unbilled_jobs,
    compared.report_read_at
from compared
left join listed
    on
        compared.organization = listed.organization
        and compared.date = listed.date
        and compared.currency = listed.currency
        and compared.group_by = listed.group_by
left join unbilled
    on compared.organization = unbilled.organization and compared.date = unbilled.date
left join clocks on compared.organization = clocks.organization
