-- cost_anomalies, 1 row per organization, date, project and currency that stands out; the newest 300
select
    anomalies.organization,
    anomalies.currency,
    anomalies.date,
    coalesce(projects.label, anomalies.project_id, 'Not attributed') as project,
    anomalies.cost,
    anomalies.expected,
    anomalies.cost - anomalies.expected as excess,
    anomalies.days,
    anomalies.score,
    anomalies.reason,
from cost_anomalies as anomalies
left join shown_projects as projects on anomalies.project_id = projects.id
where anomalies.date >= getvariable('since')
order by anomalies.date desc, abs(excess) desc, project, anomalies.organization, anomalies.currency
limit 300
