{{ config(severity = 'warn') }}
-- each line of the budget file that is left out, because it cannot be read or names a project that is not known
select budgets.*
from {{ ref('stg_budgets') }} as budgets
left join {{ ref('dim_projects') }} as projects
    on
        budgets.project_id = projects.project_id
        or (budgets.project_id is null and budgets.project_name = projects.project_name)
where
    budgets.problem is not null
    or (projects.project_id is null and (budgets.project_id is not null or budgets.project_name is not null))
