{%- set rules = env_var('IONQ_DATA_COST_CENTERS', '') | replace("'", "''") -%}
-- 1 row per rule of the cost centers, with its line in the file
with template as (
    select
        null::bigint as line,
        null::varchar as cost_center,
        null::varchar as organization,
        null::varchar as project,
        null::varchar as "user",
        null::varchar as backend,
        null::varchar as tag_key,
        null::varchar as tag_value,
        null::varchar as name
    where false
),

rules as (
    select * from template
    {% if rules %}
    union all by name
    select * replace (line::bigint as line)
    from read_csv('{{ rules }}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
    {% endif %}
)

select
    line,
    cost_center,
    nullif(organization, '') as organization,
    nullif(project, '') as project_pattern,
    nullif("user", '') as user_pattern,
    nullif(backend, '') as backend_pattern,
    nullif(tag_key, '') as tag_key,
    nullif(tag_value, '') as tag_pattern,
    nullif(name, '') as name_pattern
from rules
