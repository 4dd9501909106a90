-- budget_status of the running month, 1 row per organization, currency and project (null for all of it)
select
    status.organization,
    status.currency,
    status.project_id,
    coalesce(projects.label, if(status.project_id is null, 'Whole organization', status.project_id)) as project,
    status.budget,
    status.budget_source,
    status.spent,
    status.reserved,
    status.forecast,
    status.low,
    status.high,
    status.share_spent,
    status.probability_of_exceeding,
    status.runway_days,
    status.status,
from budget_status as status
left join shown_projects as projects on status.project_id = projects.id
where status.month = getvariable('this_month')
order by status.organization, status.currency, status.project_id is not null, status.spent desc, status.project_id
