-- 1 row per date of a closed month whose report has a version from after the close
with restated_reports as (
    select
        closings.organization,
        versions."from" as date,
        closings.closed_on
    from {{ source('lake', 'usage') }} as versions
    inner join {{ ref('int_month_closings') }} as closings
        on
            coalesce(versions.organization, versions.account) = closings.organization
            and date_trunc('month', versions."from")::date = closings.month
    where
        versions.modality = 'daily'
        and {{ utc('versions._extracted_at') }} >= closings.closed_on + interval 1 day
),

-- 1 row per answer from after the close of the job's month
restated_trees as (
    select jobs.root_job_id
    from {{ source('lake', 'job_costs') }} as versions
    inner join {{ ref('int_answered_jobs') }} as jobs on versions.job_id = jobs.job_id
    inner join {{ ref('int_month_closings') }} as closings
        on jobs.organization = closings.organization and date_trunc('month', jobs.date)::date = closings.month
    where {{ utc('versions._extracted_at') }} >= closings.closed_on + interval 1 day
),

-- 1 row per date of such a tree: a bill covers bills of other dates below it
restated_bills as (
    select
        jobs.organization,
        jobs.date,
        closings.closed_on
    from {{ ref('int_answered_jobs') }} as jobs
    semi join restated_trees on jobs.root_job_id = restated_trees.root_job_id
    inner join {{ ref('int_month_closings') }} as closings
        on jobs.organization = closings.organization and date_trunc('month', jobs.date)::date = closings.month
)

-- 1 row per organization and date of a closed month whose cost may have changed since
select * from restated_reports
union
select * from restated_bills
