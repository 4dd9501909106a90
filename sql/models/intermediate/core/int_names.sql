-- 1 row per project or user that a usage report ever listed, under its latest name
with listed as (
    select
        usage.organization,
        usage.group_by,
        usage.usage_date,
        usage.extracted_at,
        {{ each_item('usage.group_usages') }} as listing
    from {{ ref('stg_ionq__usage') }} as usage
    where not usage.is_deleted
)

select
    group_by,
    listing.group_id as id,
    {{ latest_by('organization', ['usage_date', 'extracted_at', 'organization']) }} as organization,
    {{ latest_by('listing.group_name', ['usage_date', 'extracted_at', 'listing.group_name']) }} as name,
    min(usage_date) as first_listed_date,
    max(usage_date) as last_listed_date
from listed
where listing.group_id is not null
group by group_by, listing.group_id
