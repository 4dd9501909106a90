-- 1 row per readable budget line, and organization and project that it covers (null for the whole organization); a
-- name that fits two projects covers neither (a test reports it)
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
),

-- 1 row per project with a quota. Its budget of the running month is what it has spent plus what the quota leaves: the
-- API does not say for how long a quota holds, and so it does not matter
quotas as (
    select
        projects.organization,
        projects.project_id,
        date_trunc('month', clocks.today)::date as month,
        projects.quota_currency as currency,
        greatest(projects.quota_limit - projects.quota_usage + coalesce(costs.cost, 0), 0) as budget
    from {{ ref('int_projects') }} as projects
    inner join {{ ref('int_clocks') }} as clocks on projects.organization = clocks.organization
    left join {{ ref('int_costs_monthly') }} as costs
        on
            projects.organization = costs.organization
            and costs.dimension = 'project'
            and projects.project_id = costs.id
            and projects.quota_currency = costs.currency
            and date_trunc('month', clocks.today)::date = costs.month
    where projects.quota_limit is not null and projects.quota_usage is not null and clocks.today is not null
),

sourced as (
    select
        organization,
        project_id,
        month,
        currency,
        budget,
        'budget_file' as source,
        if(is_for_month, 1, 2) as place
    from expanded
    union all
    select
        organization,
        project_id,
        month,
        currency,
        budget,
        'quota' as source,
        3 as place
    from quotas
)

-- 1 row per organization, project, month and currency with a budget
select
    organization,
    project_id,
    month,
    currency,
    budget,
    source
from sourced
qualify
    row_number() over (partition by organization, project_id, month, currency order by place asc, budget asc) = 1
