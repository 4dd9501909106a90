-- fct_jobs and fct_characterizations, 1 row: how many jobs and measurements each group of figures leaves out, and why
select
    count(*) as jobs,
    count(*) filter (where not is_qpu) as simulator_jobs,
    count(*) filter (where dry_run) as dry_runs,
    count(*) filter (where is_deleted) as deleted_jobs,
    count(*) filter (where backend is null) as without_backend,
    count(*) filter (where job_id <> root_job_id) as children,
    count(*) filter (where is_qpu and is_in_session) as session_jobs,
    (select count(*) from fct_characterizations where not is_plausible) as implausible_characterizations,
    count(*) filter (where negative_durations > 0) as negative_durations,
    count(*) filter (where problems > 0) as with_problems,
    count(*) filter (where is_qpu and not dry_run and started_at is not null and characterization_id is null)
        as without_characterization,
    count(*) filter (where is_qpu and is_terminal and cost_status in ('estimated', 'refused', 'unknown', 'not_asked'))
        as without_bill,
    count(*) filter (where is_qpu and cost_status = 'provisional') as provisional_bills,
from fct_jobs
