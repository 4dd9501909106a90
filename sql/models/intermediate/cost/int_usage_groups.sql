{{ usage_groups(ref('stg_ionq__usage')) }}
