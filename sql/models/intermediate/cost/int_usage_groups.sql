-- 1 row per group that the report lists for a date
with listings as (
    select
        organization,
        group_by,
        usage_date,
        currency,
        unnest(group_usages) as listing,
    from {{ ref('stg_ionq__usage') }}
    where modality = 'daily' and not is_deleted
)

-- 1 row per organization, grouping, date, group and currency
select
    organization,
    group_by,
    usage_date,
    listing.group_id,
    coalesce(nullif(upper(trim(listing.amount_unit)), ''), currency) as currency,
    max(listing.group_name) as group_name,
    sum(listing.amount) as amount,
    sum(listing.job_count)::bigint as job_count,
    {{ exact_sum('listing.time_us / 1e6') }} as qpu_seconds,
from listings
where listing.group_id is not null and listing.amount is not null
group by all
