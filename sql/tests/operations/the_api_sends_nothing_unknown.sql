{{ config(severity = 'warn') }}
-- Returns each member that the API sends and no column holds, and each value that has no known meaning.
select *
from {{ ref('schema_drift') }}
where kind in ('unknown_field', 'unknown_value')
