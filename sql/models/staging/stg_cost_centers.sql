-- 1 row per rule of the cost centers, with its line in the file
with rules as (
    select *
    from {{ csv_lines(
        env_var('IONQ_DATA_COST_CENTERS', ''),
        ['line', 'cost_center', 'organization', 'project', '"user"', 'backend', 'tag_key', 'tag_value', 'name']
    ) }}
)

select
    line::bigint as line,
    cost_center,
    nullif(organization, '') as organization,
    nullif(project, '') as project_pattern,
    nullif("user", '') as user_pattern,
    nullif(backend, '') as backend_pattern,
    nullif(tag_key, '') as tag_key,
    nullif(tag_value, '') as tag_pattern,
    nullif(name, '') as name_pattern
from rules
