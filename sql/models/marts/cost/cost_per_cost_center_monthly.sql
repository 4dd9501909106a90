-- 1 row per organization, month, cost center (null for what no rule takes) and currency
with booked as (
    select
        parts.organization,
        date_trunc('month', parts.date)::date as month,
        centers.cost_center,
        parts.currency,
        sum(parts.cost) as cost,
        coalesce(sum(parts.jobs), 0)::bigint as job_count
    from {{ ref('int_cost_parts') }} as parts
    left join {{ ref('int_cost_centers') }} as centers
        on
            parts.organization = centers.organization
            and parts.project_id is not distinct from centers.project_id
            and parts.job_id is not distinct from centers.job_id
    group by all
)

select
    organization,
    month,
    cost_center,
    cost::decimal(18, 6) as cost,
    currency,
    job_count,
    cost::double / nullif(sum(cost) over (partition by organization, month, currency), 0)::double as share_of_month
from booked
