-- Returns each job whose cost is only in the lake or only in the warehouse.
select
    lake.job_id,
    costs.job_id as built_job_id
from (select distinct job_id from {{ source('lake', 'job_costs') }}) as lake
full join {{ ref('stg_ionq__job_costs') }} as costs on lake.job_id = costs.job_id
where lake.job_id is null or costs.job_id is null
