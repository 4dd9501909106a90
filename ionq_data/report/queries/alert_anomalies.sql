-- cost_anomalies of the last week: 1 row per project, reason and currency, told by its newest date
select
    coalesce(projects.label, anomalies.project_id, 'Not attributed') as project,
    anomalies.reason,
    count(*) as days,
    max(anomalies.date) as last_date,
    arg_max(anomalies.cost, anomalies.date) as last_cost,
    arg_max(anomalies.expected, anomalies.date) as last_expected,
    anomalies.currency,
from cost_anomalies as anomalies
left join shown_projects as projects on anomalies.project_id = projects.id
where anomalies.date > getvariable('today') - 7
group by projects.label, anomalies.project_id, anomalies.reason, anomalies.currency
order by last_date desc, abs(last_cost - last_expected) desc, project
limit 5
