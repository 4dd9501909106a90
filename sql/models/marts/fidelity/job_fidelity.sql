-- 1 row per job of a QPU with a copied distribution that was also run on the ideal simulator
select *
from {{ ref('int_job_fidelity') }}
