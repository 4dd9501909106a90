-- Returns each date of a usage report whose rows in cost_per_project_daily do not add up to it exactly.
with reported as (
    select
        organization,
        usage_date as date,
        currency,
        amount
    from {{ ref('int_usage_totals') }}
    qualify
        row_number() over (
            partition by organization, usage_date, currency order by (group_by <> 'project')::integer, group_by
        ) = 1
)

select
    reported.organization,
    reported.date,
    reported.currency,
    reported.amount,
    coalesce(sum(costs.cost), 0) as cost
from reported
left join {{ ref('cost_per_project_daily') }} as costs
    on
        reported.organization = costs.organization
        and reported.date = costs.date
        and reported.currency = costs.currency
group by reported.organization, reported.date, reported.currency, reported.amount
having coalesce(sum(costs.cost), 0) <> reported.amount
