-- 1 row per group that the report lists for a date
with listings as (
    select
        organization,
        group_by,
        usage_date,
        currency,
        amounts as amounts_of_date,
        {{ each_item('group_usages') }} as listing
    from {{ ref('stg_ionq__usage') }}
    where modality = 'daily' and not is_deleted
),

named as (
    select
        *,
        coalesce(nullif(upper(trim(listing.amount_unit)), ''), currency) as amount_currency
    from listings
    where listing.group_id is not null
),

-- 1 row per group of a date and place in its list of amounts
listed as (
    select
        *,
        {{ each_item_and_place('amounts', 'money', 'place') }}
    from (
        select
            *,
            -- amounts, where they are said, are the money; beside amounts of the date, a group's amount alone counts
            -- only where the date has that one currency, since it may be normalized to another
            case
                when {{ list_size('listing.amounts') }} > 0 then listing.amounts
                when
                    coalesce({{ list_size('amounts_of_date') }}, 0) = 0
                    or (
                        {{ list_size('amounts_of_date') }} = 1
                        and {{ currency(nth('amounts_of_date', 1) ~ '.unit') }} = amount_currency
                    )
                    then {{ list_of([struct_of({'amount': 'listing.amount', 'unit': 'amount_currency'})]) }}
            end as amounts
        from named
    ) as priced
),

-- 1 row per organization, grouping, date, group and currency
groups as (
    select
        organization,
        group_by,
        usage_date,
        listing.group_id as group_id,
        {{ currency('money.unit') }} as currency,
        max(listing.group_name) as group_name,
        sum(money.amount) as amount,
        min(place) as place,
        sum(listing.job_count)::bigint as job_count,
        {{ exact_sum('listing.time_us / 1e6') }} as qpu_seconds
    from listed
    where money.amount is not null
    group by organization, group_by, usage_date, listing.group_id, {{ currency('money.unit') }}
)

select
    organization,
    group_by,
    usage_date,
    group_id,
    currency,
    group_name,
    amount,
    -- jobs and time are said for the group as a whole: they stand beside the first of its currencies
    if(place = min(place) over group_of_date, job_count, null) as job_count,
    if(place = min(place) over group_of_date, qpu_seconds, null) as qpu_seconds
from groups
window group_of_date as (partition by organization, group_by, usage_date, group_id)
