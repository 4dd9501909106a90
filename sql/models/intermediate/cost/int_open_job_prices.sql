-- 1 row per job that is open, with the prices in force
with rated as (
    select
        jobs.job_id,
        costs.root_job_id,
        accounts.organization,
        jobs.project_id,
        jobs.shots,
        jobs.gates_1q,
        jobs.gates_2q,
        jobs.predicted_qpu_seconds,
        costs.estimated_cost,
        coalesce(costs.estimated_currency, rates.currency, 'USD') as currency,
        rates.minimum_cost,
        rates.cost_per_1q_gate_shot,
        rates.cost_per_2q_gate_shot,
        rates.cost_per_compute_second,
        {{ billed_on() }} as billed_on
    from {{ ref('stg_ionq__jobs') }} as jobs
    inner join {{ ref('int_job_costs') }} as costs on jobs.job_id = costs.job_id
    left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    left join {{ ref('int_rates_in_force') }} as rates
        on
            accounts.organization = rates.organization
            and jobs.backend = rates.backend
            and jobs.is_debiased = rates.is_debiased
    where jobs.is_qpu and not costs.dry_run and not jobs.is_terminal and not jobs.is_deleted
),

-- 1 row per job: the API's estimate, else the price of its gates or its predicted compute time
priced as (
    select
        *,
        coalesce(estimated_cost, {{ job_price('predicted_qpu_seconds') }}) as price
    from rated
)

-- if its root has a price, that price includes the child
select
    priced.organization,
    priced.project_id,
    priced.job_id,
    priced.currency,
    priced.price
from priced
left join priced as roots on priced.root_job_id = roots.job_id
where priced.job_id = priced.root_job_id or roots.price is null
