{{ usage_totals(ref('stg_ionq__usage')) }}
