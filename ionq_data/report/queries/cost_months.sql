-- cost_per_project_monthly, as it is; the newest month first, at most 500 rows
select
    costs.organization,
    costs.month,
    last_day(costs.month) as month_end,
    coalesce(projects.label, costs.project_id, 'Not attributed') as project,
    costs.cost,
    costs.currency,
    costs.job_count,
    costs.qpu_seconds,
    costs.share_of_month,
    costs.change_from_previous_month,
from cost_per_project_monthly as costs
left join shown_projects as projects on costs.project_id = projects.id
where costs.month >= getvariable('since')
order by costs.month desc, costs.cost desc, project, costs.organization, costs.currency
limit 500
