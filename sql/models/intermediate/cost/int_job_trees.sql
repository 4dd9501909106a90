{{ config(meta={'row_key': 'job_id', 'rows_together': 'root_job_id'}) }}
{{ job_trees(ref('stg_ionq__jobs'), ref('stg_ionq__job_costs')) }}
