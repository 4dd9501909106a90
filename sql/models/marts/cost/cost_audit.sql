{{ config(meta={'row_key': 'job_id'}) }}
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
        jobs.cost_model,
        jobs.billed_qpu_seconds as billed_compute_seconds,
        bills.cost as billed_cost,
        bills.currency,
        bills.is_settled,
        coalesce(jobs.started_at, jobs.submitted_at) as rated_at
    from {{ rows_to_build(ref('int_job_bills')) }} as bills
    inner join {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs on bills.job_id = jobs.job_id
    where bills.is_qpu
),

-- 1 row per organization, backend, debiasing and instant of observation
rates as (
    select
        accounts.organization,
        rates.*
    from {{ ref('stg_ionq__rates') }} as rates
    inner join {{ ref('int_account_organizations') }} as accounts on rates.account = accounts.account
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
        rates.observed_at is null as is_later_rate,
        rates.observed_at as rate_observed_at
    from bills
    {{ join_latest(
        'left', 'rates', 'rates',
        by={
            'organization': 'bills.organization', 'backend': 'bills.backend', 'is_debiased': 'bills.is_debiased'
        },
        at='observed_at', until='bills.rated_at'
    ) }}
),

-- 1 row per bill: if every observation is later than the job, the earliest is used, and the verdict says so
rated as (
    select
        {{ all_but(['rate_observed_at'], 'in_force') }},
        coalesce(in_force.rate_observed_at, earliest.observed_at) as rate_observed_at,
        rates.currency as rate_currency,
        rates.minimum_cost,
        rates.cost_per_1q_gate_shot,
        rates.cost_per_2q_gate_shot,
        rates.cost_per_compute_second
    from rates_in_force as in_force
    left join earliest_rates as earliest
        on
            in_force.organization = earliest.organization
            and in_force.backend = earliest.backend
            and in_force.is_debiased = earliest.is_debiased
    left join rates
        on
            in_force.organization = rates.organization
            and in_force.backend = rates.backend
            and in_force.is_debiased = rates.is_debiased
            and coalesce(in_force.rate_observed_at, earliest.observed_at) = rates.observed_at
),

modeled as (
    select
        *,
        {{ billed_on() }} as billed_on
    from rated
),

-- 1 row per bill: whether the rate has every price that is needed
judged as (
    select
        *,
        case billed_on
            when 'gates' then cost_per_1q_gate_shot is not null and cost_per_2q_gate_shot is not null
            when 'compute_time' then cost_per_compute_second is not null
        end as has_prices
    from modeled
),

priced as (
    select
        *,
        case
            when rate_observed_at is null or rate_currency <> currency or billed_on is null then null
            when is_never_started then 0::decimal(18, 6)
            else {{ job_price('billed_compute_seconds') }}
        end as expected_cost
    from judged
)

select
    job_id,
    organization,
    backend,
    is_debiased,
    cost_model,
    billed_on,
    expected_cost,
    billed_cost,
    currency,
    billed_cost - expected_cost as difference,
    case
        when rate_observed_at is null then 'no_rate'
        when rate_currency <> currency then 'other_currency'
        when billed_on is null then 'unknown_cost_model'
        when expected_cost is null and not has_prices then 'no_price'
        when expected_cost is null then if(billed_on = 'gates', 'no_gate_counts', 'no_compute_time')
        when {{ agree_to_the_cent('billed_cost', 'expected_cost') }}
            then if(is_later_rate, 'agrees_with_later_rate', 'agrees')
        when status = 'failed' and billed_cost between 0 and expected_cost then 'partly_billed'
        when not is_settled then 'not_settled'
        when is_later_rate then 'differs_from_later_rate'
        when billed_cost > expected_cost then 'overbilled'
        else 'underbilled'
    end as verdict,
    rate_observed_at,
    is_settled
from priced
