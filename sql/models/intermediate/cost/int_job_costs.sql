{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per root job: what all bills of its family come to
with by_root as (
    select
        root_job_id,
        min(currency) as other_currency,
        max(currency) as currency,
        sum(cost) as cost,
        bool_and(is_settled) as is_settled,
        bool_or(job_id = root_job_id) as is_own
    from {{ rows_to_build(ref('int_job_bills')) }}
    group by root_job_id
),

-- 1 row per bill of one of the few families with bills in several currencies
mixed_bills as (
    select
        bills.*,
        by_root.currency as shown_currency
    from {{ rows_to_build(ref('int_job_bills')) }} as bills
    inner join by_root on bills.root_job_id = by_root.root_job_id and by_root.currency <> by_root.other_currency
),

-- 1 row per root job: two currencies are never added, so the root shows one; a bill of its own is its only one
root_costs as (
    select
        root_job_id,
        currency,
        cost,
        is_settled,
        is_own
    from by_root
    where currency = other_currency
    union all
    select
        root_job_id,
        currency,
        sum(cost) as cost,
        bool_and(is_settled) as is_settled,
        bool_or(job_id = root_job_id) as is_own
    from mixed_bills
    where currency = shown_currency
    group by root_job_id, currency
),

-- 1 row per bill in a currency that the root does not show: it stays on its job
odd_bills as (
    select *
    from mixed_bills
    where currency <> shown_currency
)

-- 1 row per job
select
    jobs.job_id,
    coalesce(trees.root_job_id, jobs.job_id) as root_job_id,
    jobs.dry_run or coalesce(answers.dry_run, false) as dry_run,

    -- the job on which the cost counts: costs of jobs then add up
    case
        when odd_bills.job_id is not null then odd_bills.cost
        when root_costs.root_job_id is not null then root_costs.cost
        when jobs.dry_run or answers.dry_run then 0
        when answers.is_never_priced and not coalesce(trees.is_covered, false) then 0
    end as cost,
    case
        when odd_bills.job_id is not null then odd_bills.currency
        when root_costs.root_job_id is not null then root_costs.currency
        when jobs.dry_run or answers.dry_run or (answers.is_never_priced and not coalesce(trees.is_covered, false))
            then coalesce(answers.estimated_currency, usual_currencies.currency, 'USD')
    end as currency,
    case
        when odd_bills.job_id is not null then if(odd_bills.is_settled, 'settled', 'provisional')
        when root_costs.is_own then if(root_costs.is_settled, 'settled', 'provisional')
        when root_costs.root_job_id is not null then 'from_children'
        when jobs.dry_run or answers.dry_run then 'dry_run'
        when answers.cost is not null or trees.is_covered then 'on_root'
        when answers.is_never_priced then 'settled'
        when answers.estimated_cost is not null then 'estimated'
        when answers.http_status <> 200 then 'refused'
        when answers.job_id is not null then 'unknown'
        else 'not_asked'
    end as cost_status,

    -- what the API says about this job alone
    answers.cost as billed_cost,
    answers.currency as billed_currency,
    answers.estimated_cost,
    answers.estimated_currency,
    answers.refusal_reason as cost_refusal_reason
from {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs
left join {{ rows_to_build(ref('int_job_trees')) }} as trees on jobs.job_id = trees.job_id
left join {{ rows_to_build(ref('stg_ionq__job_costs')) }} as answers on jobs.job_id = answers.job_id
left join root_costs on jobs.job_id = root_costs.root_job_id
left join odd_bills on jobs.job_id = odd_bills.job_id
left join {{ ref('int_usual_currencies') }} as usual_currencies on jobs.account = usual_currencies.account
