-- 1 row per readable budget line and organization, project (null for all of the organization) it speaks of; a name that
-- fits two projects speaks of neither (a test says so)
with scoped as (
    select
        projects.organization,
        projects.project_id,
        budgets.month,
        budgets.budget,
        budgets.currency
    from {{ ref('stg_budgets') }} as budgets
    inner join {{ ref('int_projects') }} as projects
        on
            coalesce(budgets.organization, projects.organization) = projects.organization
            and (
                budgets.project_id = projects.project_id
                or (budgets.project_id is null and budgets.project_name = projects.project_name)
            )
    where budgets.problem is null
    window namesakes as (partition by budgets.organization, budgets.project_id, budgets.project_name)
    qualify
        budgets.project_id is not null
        or min(projects.project_id) over namesakes = max(projects.project_id) over namesakes
    union all
    select
        clocks.organization,
        null as project_id,
        budgets.month,
        budgets.budget,
        budgets.currency
    from {{ ref('stg_budgets') }} as budgets
    inner join {{ ref('int_clocks') }} as clocks
        on coalesce(budgets.organization, clocks.organization) = clocks.organization
    where budgets.problem is null and budgets.project_id is null and budgets.project_name is null
),

-- 1 row per organization and month since its first cost
months as (
    select
        organization,
        {{ each_month(
            "date_trunc('month', coalesce(first_cost_date, today))", "date_trunc('month', today)"
        ) }} as month
    from {{ ref('int_clocks') }}
    where today is not null
),

-- a line without a month holds for every month so far
expanded as (
    select
        scoped.organization,
        scoped.project_id,
        coalesce(scoped.month, months.month) as month,
        scoped.currency,
        scoped.budget,
        scoped.month is not null as is_for_month
    from scoped
    left join months on scoped.organization = months.organization and scoped.month is null
    where coalesce(scoped.month, months.month) is not null
)

-- 1 row per organization, project, month and currency with a budget
select
    organization,
    project_id,
    month,
    currency,
    budget
from expanded
qualify
    row_number() over (
        partition by organization, project_id, month, currency order by is_for_month desc, budget asc
    ) = 1
