-- 1 row per job deleted before it ended: a complete sync asks for every open job, so the last one before saw it
select
    jobs.job_id,
    syncs.started_at as seen_at
from {{ ref('stg_ionq__jobs') }} as jobs
asof inner join (
    select
        account,
        started_at,
        finished_at
    from {{ ref('stg_ionq__syncs') }}
    -- one that was told to leave out older jobs says nothing of them
    where
        resource = 'jobs'
        and is_complete
        and coalesce(mode, '') <> 'since'
        and availability is distinct from 'refused'
) as syncs
    on jobs.account = syncs.account and jobs.extracted_at > syncs.finished_at
where jobs.is_deleted and not jobs.is_terminal
