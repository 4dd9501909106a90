{{ job_trees(ref('stg_ionq__jobs'), ref('stg_ionq__job_costs')) }}
