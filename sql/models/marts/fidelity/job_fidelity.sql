-- 1 row per job of a QPU with a copied distribution whose like was run on the ideal simulator
select *
from {{ ref('int_job_fidelity') }}
