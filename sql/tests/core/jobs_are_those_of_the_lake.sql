-- Returns each job that is only in the lake or only in fct_jobs.
select
    lake.id,
    jobs.job_id
from (select distinct id from {{ source('lake', 'jobs') }}) as lake
full join {{ ref('fct_jobs') }} as jobs on lake.id = jobs.job_id
where lake.id is null or jobs.job_id is null
