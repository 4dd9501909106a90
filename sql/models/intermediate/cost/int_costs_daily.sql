{{ costs_daily(ref('int_usage_totals'), ref('int_usage_groups'), ref('int_job_bills')) }}
