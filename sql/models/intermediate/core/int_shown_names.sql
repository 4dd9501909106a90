-- 1 row per project or user whose name is known
select
    'project' as kind,
    project_id as id,
    project_name as name
from {{ ref('int_projects') }}
where project_name is not null
union all
select
    'user' as kind,
    user_id as id,
    user_name as name
from {{ ref('int_users') }}
where user_name is not null
