-- data_freshness, as it is
select
    *,
    if(availability = 'refused', 'not available to this key', 'available') as access,
from data_freshness
order by account, resource
