{#- What the jobs say of each project or user: 1 row per value of a column of jobs. -#}
{% macro seen_in_jobs(column) %}
    select
        jobs.{{ column }},
        {{ latest_by('accounts.organization', ['jobs.submitted_at', 'accounts.organization']) }} as organization,
        min(jobs.submitted_at) as first_job_at,
        max(jobs.submitted_at) as last_job_at,
        count(*) as jobs,
        count(*) filter (where not jobs.is_terminal and not jobs.is_deleted) as open_jobs
    from {{ ref('stg_ionq__jobs') }} as jobs
    left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    where jobs.{{ column }} is not null
    group by jobs.{{ column }}
{% endmacro %}
