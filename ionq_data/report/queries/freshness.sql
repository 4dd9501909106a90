-- data_freshness, as it is
select * from data_freshness order by account, resource
