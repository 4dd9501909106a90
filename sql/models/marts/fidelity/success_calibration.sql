-- 1 row per backend, debiasing and tenth of expected success that any compared job falls into
select *
from {{ ref('int_success_calibration') }}
