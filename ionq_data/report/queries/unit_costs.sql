-- unit_costs_monthly, 1 row per organization, currency and month: costs and units of all projects and backends added up
with months as (
    select
        organization,
        currency,
        month,
        sum(cost) / sum(jobs) as cost_per_job,
        sum(cost) / nullif(sum(completed_jobs), 0) as cost_per_completed_job,
        1000 * sum(shots_cost) / nullif(sum(shots), 0) as cost_per_1000_shots,
        sum(qpu_cost) / nullif(sum(qpu_seconds), 0) as cost_per_qpu_second,
        sum(expected_cost) / nullif(sum(expected_successes), 0) as cost_per_expected_success,
        sum(failed_cost) / nullif(sum(cost), 0) as share_spent_on_failures,
    from unit_costs_monthly
    group by organization, currency, month
)

select
    *,
    last_day(month) as month_end,
    cost_per_completed_job
    - lag(cost_per_completed_job) over (partition by organization, currency order by month) as change,
from months
where month >= getvariable('since')
order by month desc, organization, currency
