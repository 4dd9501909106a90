-- 1 row per bill, and per project (or none) with a cost that no bill accounts for: the cells that a rule can test
with labels as (
    select
        parts.organization,
        parts.project_id,
        parts.job_id,
        parts.submitter_id,
        parts.backend,
        parts.job_name,
        parts.tags
    from {{ ref('int_cost_parts') }} as parts
    where parts.job_id is not null
    union all
    select distinct
        parts.organization,
        parts.project_id,
        null::string as job_id,
        null::string as submitter_id,
        null::string as backend,
        null::string as job_name,
        null as tags
    from {{ ref('int_cost_parts') }} as parts
    where parts.job_id is null
)

-- 1 row per bill or project that a rule takes, with the first rule whose cells all fit it
select
    labels.organization,
    labels.project_id,
    labels.job_id,
    rules.cost_center,
    rules.line
from labels
left join {{ ref('int_projects') }} as projects on labels.project_id = projects.project_id
left join {{ ref('int_users') }} as users on labels.submitter_id = users.user_id
inner join {{ ref('stg_cost_centers') }} as rules
    on
        (rules.organization is null or labels.organization = rules.organization)
        and (
            rules.project_pattern is null
            or {{ matches('labels.project_id', 'rules.project_pattern') }}
            or {{ matches('projects.project_name', 'rules.project_pattern') }}
        )
        and (
            rules.user_pattern is null
            or {{ matches('labels.submitter_id', 'rules.user_pattern') }}
            or {{ matches('users.user_name', 'rules.user_pattern') }}
        )
        and (rules.backend_pattern is null or {{ matches('labels.backend', 'rules.backend_pattern') }})
        and (rules.tag_key is null or {{ matches(map_value('labels.tags', 'rules.tag_key'), 'rules.tag_pattern') }})
        and (rules.name_pattern is null or {{ matches('labels.job_name', 'rules.name_pattern') }})
qualify
    row_number() over (partition by labels.organization, labels.project_id, labels.job_id order by rules.line) = 1
