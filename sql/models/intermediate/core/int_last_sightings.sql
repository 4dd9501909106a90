{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per complete sync of jobs; a sync that left out older jobs says nothing about them
with complete_syncs as (
    select
        account,
        started_at,
        finished_at
    from {{ ref('stg_ionq__syncs') }}
    where
        resource = 'jobs'
        and is_complete
        and coalesce(mode, '') <> 'since'
        and availability is distinct from 'refused'
)

-- 1 row per job deleted before it ended: a complete sync asks for every open job, so the last one before saw it
select
    jobs.job_id,
    syncs.started_at as seen_at
from {{ ref('stg_ionq__jobs') }} as jobs
{{ join_latest(
    'inner', 'complete_syncs', 'syncs',
    by={'account': 'jobs.account'}, at='finished_at', until='jobs.extracted_at', or_at=false
) }}
where jobs.is_deleted and not jobs.is_terminal
union all
-- 1 row per open job: the last complete sync saw it, changed or not
select
    jobs.job_id,
    accounts.as_of as seen_at
from {{ ref('stg_ionq__jobs') }} as jobs
inner join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
where not jobs.is_deleted and not jobs.is_terminal and accounts.as_of is not null
