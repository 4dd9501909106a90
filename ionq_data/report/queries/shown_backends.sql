-- 1 row per QPU: those with the most jobs come first
select backend as id, backend as name
from dim_backends
where is_qpu
order by jobs desc, backend
