-- fct_jobs, 1 row per job that a figure of the page counts, since the window began: jobs of QPUs, jobs with a cost, and
-- failed ones. Children stand with their root, but for those that failed where it did not. Where there are more than the
-- page carries: those that failed or stand out, then the dearest of each day, so that no day is without.
with places as (
    select failure_code, row_number() over (order by sum(jobs) desc, failure_code) as place
    from failures_daily
    where date >= getvariable('since')
    group by failure_code
),

counted as (
    select
        jobs.*,
        coalesce(jobs.completed_at, jobs.started_at, jobs.submitted_at)::date as ended_date,
        jobs.job_id <> jobs.root_job_id or (not jobs.is_qpu and jobs.cost is null) as is_failure_alone,
        if(jobs.status = 'failed', coalesce(jobs.failure_code, 'unknown'), null) as code,
        count(*) over () as total,
    from fct_jobs as jobs
    left join fct_jobs as parents
        on jobs.parent_job_id = parents.job_id and parents.status = 'failed' and not parents.dry_run
    where
        not jobs.dry_run
        and (jobs.job_id = jobs.root_job_id or (jobs.status = 'failed' and parents.job_id is null))
        and (jobs.is_qpu or jobs.cost is not null or jobs.status = 'failed')
        and greatest(coalesce(jobs.completed_at, jobs.started_at, jobs.submitted_at), jobs.submitted_at)
        >= getvariable('since')
),

chosen as (
    select
        *,
        status = 'failed'
        or exists (
            select 1
            from cost_anomalies as anomalies
            where anomalies.date = counted.ended_date and anomalies.project_id = counted.project_id
        ) as stands_out,
        row_number() over (partition by ended_date order by cost desc nulls last, job_id) as place_of_day,
    from counted
    order by stands_out desc, place_of_day, ended_date desc
    limit getvariable('most_jobs')
)

select
    chosen.job_id as id,
    left(chosen.job_name, 60) as name,
    chosen.organization,
    coalesce(projects.label, chosen.project_id, 'Not attributed') as project,
    case
        when chosen.project_id is null then 'Not attributed'
        when projects.place <= getvariable('most_projects') then projects.label
        else 'Other projects'
    end as shown,
    case
        when chosen.project_id is null then 'Not attributed'
        when projects.place <= getvariable('most_series') then projects.label
        else 'Other projects'
    end as series,
    coalesce(users.label, chosen.submitter_id, 'Not attributed') as submitter,
    case
        when chosen.submitter_id is null then 'Not attributed'
        when users.place <= getvariable('most_users') then users.label
        else 'Other users'
    end as who,
    coalesce(chosen.backend, 'Not attributed') as backend,
    chosen.status,
    left(chosen.code, 40) as failure_code,
    if(places.place <= 8, left(chosen.code, 40), 'Other codes') as failure,
    chosen.is_failure_alone,
    coalesce(chosen.is_in_session, false) as is_in_session,
    chosen.ended_date as ended,
    (epoch(chosen.submitted_at) // 60)::bigint as submitted_minute,
    round(chosen.queue_seconds)::bigint as wait,
    chosen.cost,
    if(chosen.cost is null, null, chosen.currency) as currency,
    left(chosen.characterization_id, 8) as calibration,
    round(chosen.characterization_age_hours, 1) as calibration_age,
    chosen.fidelity_2q,
    round(chosen.expected_success_probability, 4) as success,
    chosen.total,
from chosen
left join shown_projects as projects on chosen.project_id = projects.id
left join shown_users as users on chosen.submitter_id = users.id
left join places on chosen.code = places.failure_code
order by chosen.ended_date desc, chosen.cost desc nulls last, chosen.job_id
