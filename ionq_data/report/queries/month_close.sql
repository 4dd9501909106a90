-- month_close by project; the newest month first, at most 300 rows
select
    closes.organization,
    closes.month,
    last_day(closes.month) as month_end,
    coalesce(projects.label, closes.project_id, 'Not attributed') as project,
    closes.status,
    closes.closed_on,
    closes.amount_at_close,
    closes.amount_now,
    closes.restated,
    closes.restated_dates,
    closes.currency,
from month_close as closes
left join shown_projects as projects on closes.project_id = projects.id
where closes.month >= getvariable('since')
order by closes.month desc, closes.amount_now desc, project, closes.organization, closes.currency
limit 300
