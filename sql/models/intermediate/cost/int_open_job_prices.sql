-- 1 row per organization, backend, debiasing: the prices that are in force
with rates as (
    select
        accounts.organization,
        rates.backend,
        rates.is_debiased,
        rates.currency,
        rates.minimum_cost,
        rates.cost_per_1q_gate_shot,
        rates.cost_per_2q_gate_shot,
    from {{ ref('stg_ionq__rates') }} as rates
    inner join {{ ref('int_accounts') }} as accounts on rates.account = accounts.account
    qualify
        row_number() over (
            partition by accounts.organization, rates.backend, rates.is_debiased
            order by rates.observed_at desc, rates.account asc
        ) = 1
),

-- 1 row per job that will be billed: what the API estimates, else its shots and gates by the prices in force
priced as (
    select
        jobs.job_id,
        jobs.root_job_id,
        jobs.organization,
        jobs.project_id,
        coalesce(jobs.estimated_currency, rates.currency, 'USD') as currency,
        coalesce(
            jobs.estimated_cost,
            -- greatest passes over a null: without a price of its gates a job has none
            case
                when
                    jobs.shots * (
                        jobs.gates_1q * rates.cost_per_1q_gate_shot + jobs.gates_2q * rates.cost_per_2q_gate_shot
                    ) is not null
                    then try_cast(
                        greatest(
                            coalesce(rates.minimum_cost, 0)::double,
                            jobs.shots::double * (
                                jobs.gates_1q::double * rates.cost_per_1q_gate_shot::double
                                + jobs.gates_2q::double * rates.cost_per_2q_gate_shot::double
                            )
                        ) as decimal(18, 6)
                    )
            end
        ) as price,
    from {{ ref('fct_jobs') }} as jobs
    left join rates
        on
            jobs.organization = rates.organization
            and jobs.backend = rates.backend
            and jobs.is_debiased = rates.is_debiased
    where jobs.is_qpu and not jobs.dry_run and not jobs.is_terminal and not jobs.is_deleted
)

-- a child is in the price of its root, where that has one
select
    priced.organization,
    priced.project_id,
    priced.job_id,
    priced.currency,
    priced.price,
from priced
left join priced as roots on priced.root_job_id = roots.job_id
where priced.job_id = priced.root_job_id or roots.price is null
