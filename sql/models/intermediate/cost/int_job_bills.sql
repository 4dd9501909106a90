{{ config(meta={'row_key': 'job_id'}) }}
with bills as (
    {{ job_bills(
        rows_to_build(ref('stg_ionq__jobs')), rows_to_build(ref('stg_ionq__job_costs')),
        rows_to_build(ref('int_job_trees'))
    ) }}
)

-- if a job of a family lacks a name or a tag, take its root's
select
    bills.*,
    coalesce(jobs.job_name, roots.job_name) as job_name,
    {{ merged_maps('root_tags.tags', 'tags.tags') }} as tags
from bills
left join {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs on bills.job_id = jobs.job_id
left join {{ rows_to_build(ref('stg_ionq__jobs')) }} as roots on bills.root_job_id = roots.job_id
left join {{ rows_to_build(ref('int_job_tags')) }} as tags on bills.job_id = tags.job_id
left join {{ rows_to_build(ref('int_job_tags')) }} as root_tags on bills.root_job_id = root_tags.job_id
