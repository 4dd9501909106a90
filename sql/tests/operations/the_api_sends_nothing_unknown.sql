{{ config(severity = 'warn') }}
-- each member or value that the API sends and that no column holds, or whose meaning is not known
select *
from {{ ref('schema_drift') }}
where kind in ('unknown_field', 'unknown_value')
