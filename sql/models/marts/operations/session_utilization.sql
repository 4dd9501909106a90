{%- set tolerance_seconds = 1 -%}

-- 1 row per session: an open session was open at least until its account was last read
with sessions as (
    select
        sessions.*,
        sessions.ended_at is not null or coalesce(sessions.status = 'ended', false) as has_ended,
        coalesce(sessions.ended_at, if(sessions.status = 'ended', null, accounts.as_of)) as open_until,
        accounts.as_of
    from {{ ref('stg_ionq__sessions') }} as sessions
    left join {{ ref('int_accounts') }} as accounts on sessions.account = accounts.account
),

-- 1 row per session and job that ran in it: when it ran, within the time that the session was open. A job without a
-- known end is left out: `least` would skip the null, and let it run until the session ended
runs as (
    select
        sessions.session_id,
        greatest(jobs.started_at, sessions.started_at) as began_at,
        least(if(jobs.is_terminal, jobs.completed_at, sessions.as_of), sessions.open_until) as ended_at
    from {{ ref('fct_jobs') }} as jobs
    inner join sessions on jobs.session_id = sessions.session_id
    where
        not jobs.dry_run
        and jobs.started_at is not null
        and sessions.started_at is not null
        and if(jobs.is_terminal, jobs.completed_at, sessions.as_of) is not null
),

-- 1 row per run, with the part of it that no earlier run covers
uncovered as (
    select
        session_id,
        {{ microseconds('ended_at') }} - greatest(
            {{ microseconds('began_at') }},
            coalesce(max({{ microseconds('ended_at') }}) over (
                partition by session_id order by began_at, ended_at rows between unbounded preceding and 1 preceding
            ), {{ microseconds('began_at') }})
        ) as microseconds
    from runs
    where ended_at > began_at
),

-- 1 row per session with runs
busy as (
    select
        session_id,
        sum(greatest(microseconds, 0)) / 1e6 as busy_seconds
    from uncovered
    group by session_id
),

-- 1 row per session with jobs and currency of their costs; the cost of a tree is on one of its jobs only
costs as (
    select
        session_id,
        currency,
        sum(cost)::decimal(18, 6) as cost
    from {{ ref('fct_jobs') }}
    where session_id is not null and cost is not null and not dry_run
    group by session_id, currency
),

-- 1 row per session with costs: costs in two currencies have no sum
totals as (
    select
        session_id,
        case when count(*) = 1 then any_value(cost) end as cost,
        case when count(*) = 1 then any_value(currency) end as currency,
        count(*) as currencies
    from costs
    group by session_id
),

-- 1 row per session with jobs; children are part of their root
counts as (
    select
        session_id,
        count(*) as jobs
    from {{ ref('fct_jobs') }}
    where session_id is not null and job_id = root_job_id and not dry_run
    group by session_id
),

-- 1 row per session, with every limit that can have ended it
measured as (
    select
        sessions.*,
        {{ seconds_between('sessions.started_at', 'sessions.open_until') }} as open_seconds,
        case when sessions.started_at is not null then coalesce(busy.busy_seconds, 0) end as busy_seconds,
        coalesce(counts.jobs, 0) as jobs,
        totals.cost,
        totals.currency,
        coalesce(totals.currencies, 0) as currencies,
        (sessions.cost_limit is not null)::integer
        + (sessions.job_count_limit is not null)::integer
        + (sessions.duration_limit_seconds is not null)::integer
        + (sessions.expires_at is not null)::integer as limits_set
    from sessions
    left join busy on sessions.session_id = busy.session_id
    left join totals on sessions.session_id = totals.session_id
    left join counts on sessions.session_id = counts.session_id
)

select
    session_id,
    backend,
    project_id,
    creator_id,
    status,
    created_at,
    started_at,
    ended_at,
    expires_at,
    open_seconds,
    busy_seconds,
    busy_seconds / nullif(open_seconds, 0) as utilization,
    jobs,
    cost,
    currency,
    currencies,
    job_count_limit,
    duration_limit_seconds,
    cost_limit,
    cost_limit_currency,
    case
        when not has_ended then 'open'
        when ender_id is not null then 'user'
        when cost >= cost_limit and currency = cost_limit_currency then 'cost_limit'
        when jobs >= job_count_limit then 'job_count_limit'
        when open_seconds >= duration_limit_seconds - {{ tolerance_seconds }} then 'duration_limit'
        when ended_at >= expires_at - interval {{ tolerance_seconds }} second then 'expired'
        -- no limit seems to be reached, for example before costs are settled: then a session's only limit has ended it
        when limits_set <> 1 then 'unknown'
        when cost_limit is not null then 'cost_limit'
        when job_count_limit is not null then 'job_count_limit'
        when duration_limit_seconds is not null then 'duration_limit'
        else 'expired'
    end as ended_by
from measured
