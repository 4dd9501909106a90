-- 1 row per organization, dimension, group and currency with a cost in the month
with monthly as (
    select
        organization,
        dimension,
        id,
        currency,
        date_trunc('month', date)::date as month,
        sum(cost) as cost,
        sum(job_count)::bigint as job_count,
        {{ exact_sum('qpu_seconds') }} as qpu_seconds,
        if(count(distinct source) = 1, any_value(source), 'mixed') as source
    from {{ ref('int_costs_daily') }}
    group by all
),

-- 1 row per organization: its last month with a cost of any kind
last_months as (
    select
        organization,
        max(month) as last_month
    from monthly
    group by organization
),

-- 1 row per organization, dimension, group, currency and month since its first, also a month that cost nothing
calendar as (
    select
        firsts.organization,
        firsts.dimension,
        firsts.id,
        firsts.currency,
        {{ each_month('firsts.first_month', 'last_months.last_month') }} as month
    from (
        select
            organization,
            dimension,
            id,
            currency,
            min(month) as first_month
        from monthly
        group by all
    ) as firsts
    inner join last_months on firsts.organization = last_months.organization
),

filled as (
    select
        calendar.organization,
        calendar.dimension,
        calendar.id,
        calendar.currency,
        calendar.month,
        coalesce(monthly.cost, 0) as cost,
        coalesce(monthly.job_count, 0) as job_count,
        coalesce(monthly.qpu_seconds, 0) as qpu_seconds,
        coalesce(monthly.source, 'none') as source
    from calendar
    left join monthly
        on
            calendar.organization = monthly.organization
            and calendar.dimension = monthly.dimension
            and calendar.id is not distinct from monthly.id
            and calendar.currency = monthly.currency
            and calendar.month = monthly.month
)

select
    *,
    cost::double
    / nullif(sum(cost) over (partition by organization, dimension, currency, month), 0)::double as share_of_month,
    -- the organization's first month has no earlier month to compare with
    case
        when month > min(month) over (partition by organization)
            then
                cost - lag(cost, 1, 0) over (partition by organization, dimension, id, currency order by month)
    end as change_from_previous_month
from filled
