-- 1 row per organization, grouping and date: a report that is gone says that the date cost nothing
with reports as (
    select
        organization,
        group_by,
        usage_date,
        if(is_deleted, 0, job_count) as job_count,
        if(is_deleted, 0, qpu_seconds) as qpu_seconds,
        is_deleted,
        extracted_at,
        -- amounts, where they are said, are the money: the amount is then normalized to whichever unit was asked for
        if(
            is_deleted or coalesce({{ list_size('amounts') }}, 0) = 0,
            {{ list_of([struct_of({'amount': 'if(is_deleted, 0, amount)', 'unit': 'currency'})]) }},
            amounts
        ) as amounts
    from {{ ref('stg_ionq__usage') }}
    where modality = 'daily'
),

-- 1 row per organization, grouping, date and place in the list of amounts
listed as (
    select
        *,
        {{ each_item_and_place('amounts', 'listing', 'place') }}
    from reports
),

-- 1 row per organization, grouping, date and currency
totals as (
    select
        organization,
        group_by,
        usage_date,
        {{ currency('listing.unit') }} as currency,
        sum(listing.amount) as amount,
        min(place) as place,
        any_value(job_count) as job_count,
        any_value(qpu_seconds) as qpu_seconds,
        any_value(is_deleted) as is_deleted,
        any_value(extracted_at) as extracted_at
    from listed
    where listing.amount is not null
    group by organization, group_by, usage_date, {{ currency('listing.unit') }}
)

select
    organization,
    group_by,
    usage_date,
    currency,
    amount,
    -- jobs and time are said for the date as a whole: they stand beside the first of its currencies
    if(place = min(place) over date_of_report, job_count, null) as job_count,
    if(place = min(place) over date_of_report, qpu_seconds, null) as qpu_seconds,
    count(*) over date_of_report as currencies,
    is_deleted,
    extracted_at
from totals
window date_of_report as (partition by organization, group_by, usage_date)
