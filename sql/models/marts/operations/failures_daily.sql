-- 1 row per failed job whose parent did not fail: a tree of failed jobs is one failure, that of its topmost job
with failures as (
    select
        coalesce(jobs.backend, 'unknown') as backend,
        coalesce(jobs.completed_at, jobs.started_at, jobs.submitted_at)::date as date,
        coalesce(jobs.failure_code, 'unknown') as failure_code,
        jobs.shots,
        -- the API gives 0 for every job that is billed on gates
        round(coalesce(nullif(jobs.billed_qpu_seconds, 0), jobs.execution_seconds) * 1e6)::bigint as qpu_microseconds,
        jobs.cost,
        case when jobs.cost is not null then jobs.currency end as currency
    from {{ ref('fct_jobs') }} as jobs
    left join {{ ref('fct_jobs') }} as parents
        on jobs.parent_job_id = parents.job_id and parents.status = 'failed' and not parents.dry_run
    where jobs.status = 'failed' and not jobs.dry_run and parents.job_id is null
),

-- 1 row per failure; a failure without a bill takes the currency of its day's and code's bills
priced as (
    select
        {{ all_but(['currency']) }},
        coalesce(currency, min(currency) over (partition by backend, date, failure_code)) as currency
    from failures
)

-- 1 row per backend, day, failure code and currency
select
    backend,
    date,
    failure_code,
    count(*) as jobs,
    sum(shots)::bigint as shots,
    sum(qpu_microseconds) / 1e6 as qpu_seconds,
    sum(cost)::decimal(18, 6) as cost,
    currency
from priced
where date is not null
group by backend, date, failure_code, currency
