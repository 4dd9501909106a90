{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per job with an answer about its cost
select
    jobs.job_id,
    coalesce(trees.root_job_id, jobs.job_id) as root_job_id,
    accounts.organization,
    {{ billed_date('jobs', 'costs') }} as date
from {{ rows_to_build(ref('stg_ionq__job_costs')) }} as costs
inner join {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs on costs.job_id = jobs.job_id
left join {{ rows_to_build(ref('int_job_trees')) }} as trees on jobs.job_id = trees.job_id
left join {{ ref('int_account_organizations') }} as accounts on jobs.account = accounts.account
