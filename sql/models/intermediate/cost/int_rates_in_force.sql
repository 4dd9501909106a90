-- 1 row per organization, backend and debiasing: the last observed prices
select
    accounts.organization,
    rates.backend,
    rates.is_debiased,
    rates.observed_at,
    rates.currency,
    rates.minimum_cost,
    rates.cost_per_1q_gate_shot,
    rates.cost_per_2q_gate_shot,
    rates.cost_per_compute_second,
    rates.rate_card_id
from {{ ref('stg_ionq__rates') }} as rates
inner join {{ ref('int_accounts') }} as accounts on rates.account = accounts.account
qualify
    row_number() over (
        partition by accounts.organization, rates.backend, rates.is_debiased
        order by rates.observed_at desc, rates.account asc
    ) = 1
