-- 1 row per organization, backend, debiasing
select *
from {{ ref('int_rates_in_force') }}
