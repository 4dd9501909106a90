-- data_freshness, 1 row: when the last complete look at the jobs began
select max(last_complete_sync_at) filter (where resource = 'jobs') as as_of
from data_freshness
