-- 1 row per bill of a QPU's job
with bills as (
    select
        bills.organization,
        date_trunc('month', bills.billed_date)::date as month,
        bills.project_id,
        bills.backend,
        bills.currency,
        bills.cost,
        jobs.status,
        nullif(jobs.shots, 0) as shots,
        nullif(bills.qpu_seconds, 0) as qpu_seconds,
        jobs.expected_success_probability as expected_successes
    from {{ ref('int_job_bills') }} as bills
    inner join {{ ref('fct_jobs') }} as jobs on bills.job_id = jobs.job_id
    where bills.is_qpu
),

-- 1 row per organization, month, project, backend and currency; each unit beside the cost of the bills that have it
added as (
    select
        organization,
        month,
        project_id,
        backend,
        currency,
        sum(cost) as cost,
        count(*) as jobs,
        count(*) filter (where status = 'completed') as completed_jobs,
        coalesce(sum(cost) filter (where status = 'failed'), 0) as failed_cost,
        sum(shots)::bigint as shots,
        sum(cost) filter (where shots is not null) as shots_cost,
        {{ exact_sum('qpu_seconds') }} as qpu_seconds,
        sum(cost) filter (where qpu_seconds is not null) as qpu_cost,
        {{ exact_sum('expected_successes') }} as expected_successes,
        sum(cost) filter (where expected_successes is not null) as expected_cost
    from bills
    group by all
)

select
    added.organization,
    added.month,
    added.project_id,
    projects.project_name,
    added.backend,
    added.currency,
    added.cost::decimal(18, 6) as cost,
    {{ per('added.cost', 'added.jobs') }} as cost_per_job,
    {{ per('added.cost', 'added.completed_jobs') }} as cost_per_completed_job,
    {{ per('1000 * added.shots_cost', 'added.shots') }} as cost_per_1000_shots,
    {{ per('added.qpu_cost', 'added.qpu_seconds') }} as cost_per_qpu_second,
    {{ per('added.expected_cost', 'added.expected_successes') }} as cost_per_expected_success,
    added.failed_cost::double / nullif(added.cost, 0)::double as share_spent_on_failures,
    added.jobs,
    added.completed_jobs,
    added.failed_cost::decimal(18, 6) as failed_cost,
    added.shots,
    added.shots_cost::decimal(18, 6) as shots_cost,
    added.qpu_seconds,
    added.qpu_cost::decimal(18, 6) as qpu_cost,
    added.expected_successes,
    added.expected_cost::decimal(18, 6) as expected_cost
from added
left join {{ ref('dim_projects') }} as projects on added.project_id = projects.project_id
