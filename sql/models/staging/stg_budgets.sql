{%- set budgets = env_var('IONQ_DATA_BUDGETS', '') | replace("'", "''") -%}
-- 1 row per line of the budget file; a column that the file does not have is empty
with template as (
    select
        null::varchar as organization,
        null::varchar as project_id,
        null::varchar as project_name,
        null::varchar as month,
        null::varchar as budget,
        null::varchar as currency
    where false
),

lines as (
    select * from template
    {% if budgets %}
    union all by name
    select *
    from
        read_csv(
            '{{ budgets }}',
            header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', comment = '#'
        )
    {% endif %}
)

select
    nullif(trim(organization), '') as organization,
    nullif(trim(project_id), '') as project_id,
    nullif(trim(project_name), '') as project_name,
    nullif(trim(month), '') as month_text,
    try_strptime(trim(month), '%Y-%m')::date as month,
    try_cast(trim(budget) as decimal(18, 6)) as budget,
    budget as budget_text,
    {{ currency('currency') }} as currency,
    case
        when try_cast(trim(budget) as decimal(18, 6)) is null then 'budget is not a number'
        when try_cast(trim(budget) as decimal(18, 6)) < 0 then 'budget is negative'
        when nullif(trim(month), '') is not null and try_strptime(trim(month), '%Y-%m') is null
            then 'month is not written like 2026-03'
    end as problem
from lines
