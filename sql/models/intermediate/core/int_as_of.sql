-- 1 row: the instant that stands for now, so that the same lake gives the same answers at any time
select max(as_of) as as_of
from {{ ref('int_accounts') }}
