-- 1 row per organization, month, project (null for what no project accounts for) and currency
select
    costs.organization,
    costs.month,
    costs.id as project_id,
    projects.project_name,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.qpu_seconds,
    costs.source,
    costs.share_of_month,
    costs.change_from_previous_month
from {{ ref('int_costs_monthly') }} as costs
left join {{ ref('dim_projects') }} as projects on costs.id = projects.project_id
where costs.dimension = 'project'
