{#- Usage reports, as macros over any version of them: those of now, or those of a month's close. -#}

{#- The columns of `stg_ionq__usage`, for any versions of the reports. -#}
{% macro usage_columns() -%}
    -- ids
    account,
    coalesce(organization, account) as organization,
    group_by,
    modality,
    "from" as usage_date,

    -- the date as a whole
    amount,
    {{ currency('amount_unit') }} as currency,
    amounts,
    job_count,
    time_us / 1e6 as qpu_seconds,

    -- its five dearest groups
    group_usages,

    -- the record
    coalesce(_deleted, false) as is_deleted,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
{%- endmacro %}

{#- The groups that usage reports list; `usage` has the columns of `stg_ionq__usage`. -#}
{% macro usage_groups(usage) -%}
-- 1 row per group that the report lists for a date
with listings as (
    select
        organization,
        group_by,
        usage_date,
        currency,
        amounts as amounts_of_date,
        {{ each_item('group_usages') }} as listing
    from {{ usage }}
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
            -- if there are amounts, they are the money; if only the date has them, a group's single amount counts only
            -- if the date has that one currency: it may be normalized to another
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
    -- the report gives jobs and time for the group as a whole: they go with the first of its currencies
    if(place = min(place) over group_of_date, job_count, null) as job_count,
    if(place = min(place) over group_of_date, qpu_seconds, null) as qpu_seconds
from groups
window group_of_date as (partition by organization, group_by, usage_date, group_id)
{%- endmacro %}

{#- The whole dates of usage reports; `usage` has the columns of `stg_ionq__usage`. -#}
{% macro usage_totals(usage) -%}
-- 1 row per organization, grouping and date; a report that is gone means that the date cost nothing
with reports as (
    select
        organization,
        group_by,
        usage_date,
        if(is_deleted, 0, job_count) as job_count,
        if(is_deleted, 0, qpu_seconds) as qpu_seconds,
        is_deleted,
        extracted_at,
        -- if there are amounts, they are the money: the single amount is then normalized to the unit of the request
        if(
            is_deleted or coalesce({{ list_size('amounts') }}, 0) = 0,
            {{ list_of([struct_of({'amount': 'if(is_deleted, 0, amount)', 'unit': 'currency'})]) }},
            amounts
        ) as amounts
    from {{ usage }}
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
    -- the report gives jobs and time for the date as a whole: they go with the first of its currencies
    if(place = min(place) over date_of_report, job_count, null) as job_count,
    if(place = min(place) over date_of_report, qpu_seconds, null) as qpu_seconds,
    count(*) over date_of_report as currencies,
    is_deleted,
    extracted_at
from totals
window date_of_report as (partition by organization, group_by, usage_date)
{%- endmacro %}
