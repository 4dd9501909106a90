-- 1 row per organization, grouping, date and amount said for the date, of which a date can have several units
with amounts as (
    select
        organization,
        group_by,
        usage_date,
        currency,
        if(is_deleted, 0, amount) as amount,
        job_count,
        qpu_seconds,
        is_deleted,
        extracted_at,
        if(is_deleted, [], coalesce(amounts, [])) as amounts,
    from {{ ref('stg_ionq__usage') }}
    where modality = 'daily'
),

-- 1 row per organization, grouping, date and unit that the report lists beside the date's amount
listed as (
    select
        organization,
        group_by,
        usage_date,
        {{ currency('listing.unit') }} as currency,
        sum(listing.amount) as amount,
    from (
        select
            *,
            unnest(amounts.amounts) as listing,
        from amounts
    ) as listings
    where listing.amount is not null
    group by all
),

-- 1 row per organization, grouping, date and currency: where both say a currency, the list is the finer one
totals as (
    select
        coalesce(listed.organization, amounts.organization) as organization,
        coalesce(listed.group_by, amounts.group_by) as group_by,
        coalesce(listed.usage_date, amounts.usage_date) as usage_date,
        coalesce(listed.currency, amounts.currency) as currency,
        coalesce(listed.amount, amounts.amount) as amount,
    from amounts
    full outer join listed
        on
            amounts.organization = listed.organization
            and amounts.group_by = listed.group_by
            and amounts.usage_date = listed.usage_date
            and amounts.currency = listed.currency
)

select
    totals.organization,
    totals.group_by,
    totals.usage_date,
    totals.currency,
    totals.amount,
    -- jobs and time are said for the date as a whole: they stand beside the currency of its amount
    if(totals.currency = amounts.currency, if(amounts.is_deleted, 0, amounts.job_count), null) as job_count,
    if(totals.currency = amounts.currency, if(amounts.is_deleted, 0, amounts.qpu_seconds), null) as qpu_seconds,
    amounts.is_deleted,
    amounts.extracted_at,
from totals
inner join amounts
    on
        totals.organization = amounts.organization
        and totals.group_by = amounts.group_by
        and totals.usage_date = amounts.usage_date
where totals.amount is not null
