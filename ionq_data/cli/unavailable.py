"""Say in one table what a key may not see, and what is therefore missing in the answers."""

from __future__ import annotations

from collections.abc import Iterable

from ionq_data.cli.output import clean
from ionq_data.cli.tables import Column, print_table
from ionq_data.lake.ledger import NOT_AVAILABLE

WITHOUT: dict[str, str] = {
    "whoami": "the name and the project of the key",
    "sessions": "the use of sessions, and the organization's id if no other answer gives it",
    "rates": "prices, the audit of bills, and the cost of a planned job",
    "projects": "quotas of projects, as budgets",
    "usage": "the check of costs against the usage report; costs include only the jobs that the key sees",
    "jobs": "everything about jobs: costs, waits, failures",
    "job_costs": "the cost of each job; costs come from the usage report",
    "job_results": "measured distributions",
}
"""What the answers lack where a resource is not available, by its name."""


def print_unavailable(refusals: Iterable[tuple[str, str | None]]) -> None:
    """Print the resources that are not available to a key, each with the API's reason; nothing if there is none."""
    rows = [(name, WITHOUT.get(name, ""), clean(reason or "", longest=None)) for name, reason in refusals]
    if rows:
        columns = [Column("resource", is_whole=True), *(Column(t, wraps=True) for t in ("missing therefore", "why"))]
        print_table(NOT_AVAILABLE.capitalize(), columns, rows)
