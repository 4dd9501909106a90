-- 1 row per organization, grouping, modality and date: two accounts of one organization read the same report
select
    {{ usage_columns() }}
from {{ current_versions('usage', within=['coalesce(organization, account)']) }} as current_version
