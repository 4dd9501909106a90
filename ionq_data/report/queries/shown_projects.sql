-- 1 row per project: those that cost most since the window began come first
with costs as (
    select project_id, sum(cost) as cost
    from cost_per_project_daily
    where date >= getvariable('since') and project_id is not null
    group by project_id
)

select coalesce(projects.project_id, costs.project_id) as id, projects.project_name as name
from dim_projects as projects
full outer join costs on projects.project_id = costs.project_id
order by costs.cost desc nulls last, id
