-- Returns each name in the budget file that fits more than one project. The build fails and names it.
with named as (
    select
        budgets.project_name,
        budgets.organization,
        count(distinct projects.project_id) as projects,
        string_agg(distinct projects.project_id, ', ') as ids
    from {{ ref('stg_budgets') }} as budgets
    inner join {{ ref('dim_projects') }} as projects
        on
            coalesce(budgets.organization, projects.organization) = projects.organization
            and budgets.project_name = projects.project_name
    where budgets.problem is null and budgets.project_id is null
    group by budgets.project_name, budgets.organization
),

said as (
    select
        *,
        'The budget file names the project "' || project_name || '", but ' || projects
        || ' projects have it: ' || ids || '. Write the id of the one that is meant as its project_id.' as sentence
    from named
)

select *
from said
where
    case
        when projects > 1
            then
                {{ fail('sentence') }}::boolean
        else false
    end
