-- 1 row per job that has a parent in the lake; what a dry run is said to be the parent of, but was run, is a root
with recursive links as (
    select
        jobs.job_id,
        jobs.parent_job_id
    from {{ ref('stg_ionq__jobs') }} as jobs
    inner join {{ ref('stg_ionq__jobs') }} as parents on jobs.parent_job_id = parents.job_id
    where jobs.job_id <> jobs.parent_job_id and (jobs.dry_run or not parents.dry_run)
),

-- 1 row per job with its own bill; a dry run is never billed, whatever an answer says
bills as (
    select costs.job_id
    from {{ ref('stg_ionq__job_costs') }} as costs
    inner join {{ ref('stg_ionq__jobs') }} as jobs on costs.job_id = jobs.job_id
    where costs.cost is not null and not costs.dry_run and not jobs.dry_run
),

-- 1 row per job, from the roots down: whose parent is not known is a root itself
descent as (
    select
        roots.parent_job_id as job_id,
        roots.parent_job_id as root_job_id,
        0 as depth,
        false as is_covered
    from (select distinct parent_job_id from links) as roots
    anti join links as children on roots.parent_job_id = children.job_id
    union all
    select
        links.job_id,
        descent.root_job_id,
        descent.depth + 1 as depth,
        descent.is_covered or bills.job_id is not null as is_covered
    from descent
    inner join links on descent.job_id = links.parent_job_id
    left join bills on descent.job_id = bills.job_id
)

-- jobs that name each other as parents hang on no root; they are missing here and count as roots of their own
select
    job_id,
    root_job_id,
    depth,
    is_covered
from descent
