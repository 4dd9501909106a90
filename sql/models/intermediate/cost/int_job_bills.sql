-- 1 row per bill that counts: a job's own, unless one of its ancestors has a bill, which then covers it
select
    jobs.job_id,
    coalesce(trees.root_job_id, jobs.job_id) as root_job_id,
    accounts.organization,
    jobs.backend,
    jobs.is_qpu,
    jobs.is_debiased,
    jobs.project_id,
    jobs.submitter_id,
    -- as the usage report does: a charge belongs to the UTC date on which the job ended
    coalesce(
        jobs.completed_at, jobs.started_at, jobs.submitted_at, costs.first_answered_at, costs.extracted_at
    )::date as billed_date,
    case
        -- 0 is said of every job that is billed on gates
        when jobs.billed_qpu_seconds > 0 then jobs.billed_qpu_seconds
        when jobs.reported_execution_seconds >= 0 then jobs.reported_execution_seconds
    end as qpu_seconds,
    costs.cost,
    costs.currency,
    costs.is_settled,
    costs.first_answered_at
from {{ ref('stg_ionq__job_costs') }} as costs
inner join {{ ref('stg_ionq__jobs') }} as jobs on costs.job_id = jobs.job_id
left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
left join {{ ref('int_job_trees') }} as trees on jobs.job_id = trees.job_id
where
    costs.cost is not null
    and not costs.dry_run
    and not jobs.dry_run
    and not coalesce(trees.is_covered, false)
