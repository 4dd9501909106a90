-- each job that the lake holds and fct_jobs does not, or the other way round
select
    lake.id,
    jobs.job_id
from (select distinct id from {{ source('lake', 'jobs') }}) as lake
full join {{ ref('fct_jobs') }} as jobs on lake.id = jobs.job_id
where lake.id is null or jobs.job_id is null
