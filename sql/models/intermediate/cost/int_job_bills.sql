{{ job_bills(ref('stg_ionq__jobs'), ref('stg_ionq__job_costs'), ref('int_job_trees')) }}
