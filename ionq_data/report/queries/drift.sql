-- schema_drift, as it is; what is unknown first
select resource, path, kind, records, first_seen_at, last_seen_at, example_type,
from schema_drift
order by kind = 'never_filled', resource, path, kind
limit 200
