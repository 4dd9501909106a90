{{ config(severity = 'warn') }}
-- Returns each line of the budget file that is ignored: it cannot be read, or its project is not known.
select budgets.*
from {{ ref('stg_budgets') }} as budgets
left join {{ ref('dim_projects') }} as projects
    on
        budgets.project_id = projects.project_id
        or (budgets.project_id is null and budgets.project_name = projects.project_name)
where
    budgets.problem is not null
    or (projects.project_id is null and (budgets.project_id is not null or budgets.project_name is not null))
