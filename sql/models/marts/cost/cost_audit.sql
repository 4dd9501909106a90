-- 1 row per bill that counts
with bills as (
    select
        bills.job_id,
        bills.organization,
        jobs.backend,
        jobs.is_debiased,
        jobs.status,
        jobs.started_at is null as is_never_started,
        jobs.shots,
        jobs.gates_1q,
        jobs.gates_2q,
        bills.cost as billed_cost,
        bills.currency,
        bills.is_settled,
        coalesce(jobs.started_at, jobs.submitted_at) as rated_at,
    from {{ ref('int_job_bills') }} as bills
    inner join {{ ref('stg_ionq__jobs') }} as jobs on bills.job_id = jobs.job_id
    where bills.is_qpu
),

-- 1 row per organization, backend, debiasing and instant of observation
rates as (
    select
        accounts.organization,
        rates.*,
    from {{ ref('stg_ionq__rates') }} as rates
    inner join {{ ref('int_accounts') }} as accounts on rates.account = accounts.account
    qualify
        row_number() over (
            partition by accounts.organization, rates.backend, rates.is_debiased, rates.observed_at
            order by rates.account
        ) = 1
),

earliest_rates as (
    select *
    from rates
    qualify row_number() over (partition by organization, backend, is_debiased order by observed_at) = 1
),

rates_in_force as (
    select
        bills.*,
        rates.observed_at,
        rates.currency as rate_currency,
        rates.minimum_cost,
        rates.cost_per_1q_gate_shot,
        rates.cost_per_2q_gate_shot,
    from bills
    asof left join rates
        on
            bills.organization = rates.organization
            and bills.backend = rates.backend
            and bills.is_debiased = rates.is_debiased
            and bills.rated_at >= rates.observed_at
),

-- 1 row per bill: where no observation is as old as the job, the earliest has to do, and the verdict says so
rated as (
    select
        in_force.job_id,
        in_force.organization,
        in_force.backend,
        in_force.is_debiased,
        in_force.status,
        in_force.is_never_started,
        in_force.shots,
        in_force.gates_1q,
        in_force.gates_2q,
        in_force.billed_cost,
        in_force.currency,
        in_force.is_settled,
        in_force.observed_at is null as is_later_rate,
        coalesce(in_force.observed_at, earliest.observed_at) as rate_observed_at,
        if(in_force.observed_at is null, earliest.currency, in_force.rate_currency) as rate_currency,
        if(in_force.observed_at is null, earliest.minimum_cost, in_force.minimum_cost) as minimum_cost,
        if(in_force.observed_at is null, earliest.cost_per_1q_gate_shot, in_force.cost_per_1q_gate_shot)
            as cost_per_1q_gate_shot,
        if(in_force.observed_at is null, earliest.cost_per_2q_gate_shot, in_force.cost_per_2q_gate_shot)
            as cost_per_2q_gate_shot,
    from rates_in_force as in_force
    left join earliest_rates as earliest
        on
            in_force.organization = earliest.organization
            and in_force.backend = earliest.backend
            and in_force.is_debiased = earliest.is_debiased
),

-- 1 row per bill, with whether the rate says every price that its gates need
judged as (
    select
        *,
        cost_per_1q_gate_shot is not null and cost_per_2q_gate_shot is not null as has_prices,
    from rated
),

priced as (
    select
        *,
        case
            when rate_observed_at is null or rate_currency <> currency then null
            when is_never_started then 0::decimal(18, 6)
            -- greatest passes over a null: a price or a count that is missing must not leave the minimum alone
            when not has_prices or shots is null or gates_1q is null or gates_2q is null then null
            -- a count that no circuit has is no price: null, where the multiplication would not fit
            else
                try(
                    greatest(
                        coalesce(minimum_cost, 0),
                        shots::decimal(10, 0) * (
                            gates_1q::decimal(12, 3) * cost_per_1q_gate_shot::decimal(14, 10)
                            + gates_2q::decimal(12, 3) * cost_per_2q_gate_shot::decimal(14, 10)
                        )
                    )::decimal(18, 6)
                )
        end as expected_cost,
    from judged
)

select
    job_id,
    organization,
    backend,
    is_debiased,
    expected_cost,
    billed_cost,
    currency,
    billed_cost - expected_cost as difference,
    case
        when rate_observed_at is null then 'no_rate'
        when rate_currency <> currency then 'other_currency'
        when expected_cost is null and not has_prices then 'no_price'
        when expected_cost is null then 'no_gate_counts'
        when {{ agree_to_the_cent('billed_cost', 'expected_cost') }}
            then if(is_later_rate, 'agrees_with_later_rate', 'agrees')
        when status = 'failed' and billed_cost between 0 and expected_cost then 'partly_billed'
        when not is_settled then 'not_settled'
        when is_later_rate then 'differs_from_later_rate'
        when billed_cost > expected_cost then 'overbilled'
        else 'underbilled'
    end as verdict,
    rate_observed_at,
    is_settled,
from priced
