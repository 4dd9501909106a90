-- 1 row per organization, date, project (null for what no project accounts for) and currency
select
    costs.organization,
    costs.date,
    costs.id as project_id,
    projects.project_name,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.qpu_seconds,
    costs.source
from {{ ref('int_costs_daily') }} as costs
left join {{ ref('dim_projects') }} as projects on costs.id = projects.project_id
where costs.dimension = 'project'
