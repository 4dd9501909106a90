-- 1 row per line of the budget file; a column that the file lacks is empty
with lines as (
    select *
    from {{ csv_lines(
        env_var('IONQ_DATA_BUDGETS', ''),
        ['organization', 'project_id', 'project_name', 'month', 'budget', 'currency'], comment='#'
    ) }}
)

select
    nullif(trim(organization), '') as organization,
    nullif(trim(project_id), '') as project_id,
    nullif(trim(project_name), '') as project_name,
    nullif(trim(month), '') as month_text,
    {{ month_of('trim(month)') }} as month,
    try_cast(trim(budget) as decimal(18, 6)) as budget,
    budget as budget_text,
    {{ currency('currency') }} as currency,
    case
        when try_cast(trim(budget) as decimal(18, 6)) is null then 'budget is not a number'
        when try_cast(trim(budget) as decimal(18, 6)) < 0 then 'budget is negative'
        when nullif(trim(month), '') is not null and {{ month_of('trim(month)') }} is null
            then 'month is not written like 2026-03'
    end as problem
from lines
