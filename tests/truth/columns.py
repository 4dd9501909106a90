"""The columns that each mart is promised to have, as the design's table of marts has them."""

from __future__ import annotations

QUEUE = "jobs_submitted jobs_started jobs_censored mean_seconds p50_seconds p90_seconds p95_seconds p99_seconds"
QUEUE += " km_p50_seconds km_p90_seconds"
MONTHLY = "organization month cost currency job_count qpu_seconds source share_of_month change_from_previous_month"

PROMISED = {
    mart: set(columns.split())
    for mart, columns in {
        "fct_jobs": """
            account organization job_id job_name job_type status is_terminal is_deleted backend is_qpu dry_run
            project_id project_name submitter_id submitter_name session_id parent_job_id submitted_at started_at
            completed_at queue_seconds execution_seconds turnaround_seconds predicted_queue_seconds
            queue_prediction_error_seconds shots qubits circuits gates_1q gates_2q is_debiased cost currency cost_status
            estimated_cost characterization_id characterization_age_hours fidelity_1q fidelity_2q fidelity_spam
            expected_success_probability failure_code failure_message kwh cost_model is_in_session ran_in_regression
        """,
        "fct_characterizations": """
            characterization_id backend measured_at qubits fidelity_1q fidelity_2q fidelity_spam fidelity_1q_stderr
            fidelity_2q_stderr fidelity_spam_stderr t1_seconds t2_seconds gate_1q_seconds gate_2q_seconds
            readout_seconds reset_seconds connected_pairs is_plausible
        """,
        "fct_backend_snapshots": """
            backend observed_at status is_degraded average_queue_seconds qubits characterization_id
        """,
        "dim_backends": "backend first_seen_at last_seen_at status",
        "dim_projects": "project_id project_name first_seen_at last_seen_at",
        "dim_users": "user_id user_name first_seen_at last_seen_at",
        "fidelity_trends": """
            backend metric measured_at value unit rolling_median_30d robust_z slope_per_30d is_regression
        """,
        "job_fidelity": "job_id hellinger_fidelity expected_success_probability",
        "success_calibration": "backend jobs expected observed low high",
        "fidelity_changes": "backend metric changed_at before after direction confidence",
        "cost_per_project_daily": """
            organization date project_id project_name cost currency job_count qpu_seconds source
        """,
        "cost_per_project_monthly": f"{MONTHLY} project_id project_name",
        "cost_per_user_monthly": f"{MONTHLY} user_id user_name",
        "cost_per_backend_monthly": f"{MONTHLY} backend",
        "fct_job_tags": "job_id tag_key tag_value",
        "cost_per_tag_monthly": "organization month tag_key tag_value cost currency job_count share_of_month",
        "cost_per_cost_center_monthly": "organization month cost_center cost currency job_count share_of_month",
        "cost_reconciliation": """
            organization date usage_report_cost job_cost listed_in_top5 unlisted difference status currency
        """,
        "cost_anomalies": "organization date project_id cost expected score reason currency days",
        "budget_status": """
            organization project_id month budget spent forecast status currency low high reserved
            probability_of_exceeding
        """,
        "cost_forecast": "organization project_id month forecast low high reserved runway_days currency",
        "forecast_accuracy": "organization month day error_share is_inside currency",
        "unit_costs_monthly": """
            organization month project_id backend currency cost_per_job cost_per_completed_job cost_per_1000_shots
            cost_per_qpu_second cost_per_expected_success share_spent_on_failures
        """,
        "month_close": """
            organization month project_id project_name currency status closed_on amount_at_close amount_now restated
            restated_dates
        """,
        "rates_in_force": """
            organization backend is_debiased observed_at currency minimum_cost cost_per_1q_gate_shot
            cost_per_2q_gate_shot cost_per_compute_second
        """,
        "cost_audit": "job_id expected_cost billed_cost difference verdict currency",
        "queue_time_daily": f"backend submitted_date {QUEUE}",
        "queue_time_by_hour": f"backend iso_weekday hour {QUEUE}",
        "queue_forecast": "backend iso_weekday hour p50_seconds p90_seconds jobs",
        "queue_forecast_accuracy": "backend week share_under_p50 share_under_p90 share_under_prediction",
        "queue_backlog_hourly": "backend hour jobs_waiting jobs_running",
        "queue_predictions": "backend week jobs bias_seconds median_absolute_error_seconds share_within_2x",
        "backend_availability_daily": "backend date share_available share_degraded observations",
        "session_utilization": """
            session_id open_seconds busy_seconds utilization jobs cost cost_limit ended_by
        """,
        "failures_daily": "backend date failure_code jobs shots qpu_seconds cost",
        "focus_cost_and_usage": """
            BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodStart BillingPeriodEnd
            ChargeCategory ChargeDescription ChargePeriodStart ChargePeriodEnd ContractedCost EffectiveCost
            InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory
            ServiceName SubAccountId Tags
        """,
        "data_freshness": """
            account resource last_complete_sync_at newest_record_at rows problems rejected availability
            unavailable_reason
        """,
        "schema_drift": "resource path kind records first_seen_at last_seen_at example_type",
    }.items()
}

MONEY = {
    "fct_jobs": ["cost", "billed_cost", "estimated_cost"],
    "cost_per_project_daily": ["cost"],
    "cost_per_project_monthly": ["cost", "change_from_previous_month"],
    "cost_per_user_monthly": ["cost", "change_from_previous_month"],
    "cost_per_backend_monthly": ["cost", "change_from_previous_month"],
    "cost_per_tag_monthly": ["cost"],
    "cost_per_cost_center_monthly": ["cost"],
    "cost_reconciliation": ["usage_report_cost", "job_cost", "listed_in_top5", "unlisted", "difference"],
    "cost_anomalies": ["cost", "expected"],
    "budget_status": ["budget", "spent", "forecast", "low", "high", "reserved"],
    "cost_forecast": ["spent", "forecast", "low", "high", "reserved"],
    "forecast_accuracy": ["spent", "forecast", "low", "high", "cost"],
    "unit_costs_monthly": ["cost", "cost_per_job", "cost_per_1000_shots"],
    "cost_audit": ["expected_cost", "billed_cost", "difference"],
    "session_utilization": ["cost", "cost_limit"],
    "failures_daily": ["cost"],
    "focus_cost_and_usage": [
        "BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "PricingCurrencyEffectiveCost",
    ],
}  # fmt: skip
