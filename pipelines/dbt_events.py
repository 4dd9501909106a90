"""The result of a node as the event that dbt would log, which is the form that dagster-dbt reads."""

from typing import Any

from ionq_data.warehouse import NodeResult


def as_dbt_event(node: NodeResult, run_id: str) -> dict[str, Any]:
    """Return the event of a model or test that has ended."""
    return {
        "info": {
            "name": "LogTestResult" if node.is_test else "LogModelResult",
            "msg": node.message or node.status,
            "invocation_id": run_id,
        },
        "data": {
            "node_info": {"unique_id": node.unique_id, "node_status": node.status},
            "status": node.status,
            "execution_time": node.seconds,
            "num_failures": node.failures,
        },
    }
