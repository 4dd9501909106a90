-- 1 row per organization and project, or organization as a whole (project null), date and currency
select
    organization,
    id as project_id,
    date,
    currency,
    sum(cost) as cost
from {{ ref('int_costs_daily') }}
where dimension = 'project' and id is not null
group by all
union all
select
    organization,
    null as project_id,
    date,
    currency,
    sum(cost) as cost
from {{ ref('int_costs_daily') }}
where dimension = 'project'
group by all
