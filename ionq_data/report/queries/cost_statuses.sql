-- fct_jobs on QPUs, 1 row per cost status: what is known of the price of each job
select cost_status, count(*) as jobs,
from fct_jobs
where is_qpu
group by cost_status
order by jobs desc, cost_status
