"""What the API sends beyond the columns, and columns that nothing fills, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import Simulated
from tests.resources.expected_rows import EXPECTED
from tests.resources.test_payloads import RESOURCE
from tests.sql.marts import build, write_lake

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEW_FIELD = {"kind": "unknown_field", "path": "settings.turbo", "type": "boolean"}
NEW_STATUS = {"kind": "unknown_value", "path": "status", "type": "string"}


def version(job: str, hours: int, *drift: dict[str, str], **values: Any) -> dict[str, Any]:
    at = FIRST + timedelta(hours=hours)
    return {"id": job, "submitted_at": FIRST, "_extracted_at": at, "_drift": list(drift) or None} | values


def test_drift_is_counted_by_record_and_columns_by_what_fills_them(tmp_path: Path) -> None:
    jobs = [
        version("a", 0, NEW_FIELD),
        version("a", 1, NEW_FIELD, NEW_STATUS, name="named"),
        version("b", 2, NEW_FIELD | {"type": "string"}),
        version("c", 3, account="other"),
    ]
    lake = write_lake(tmp_path / "lake", {"jobs": jobs}, as_of={"default": FIRST, "other": FIRST})
    with build(tmp_path, lake, "schema_drift") as connection:
        found = connection.execute(
            "select resource, path, kind, records, example_type, epoch(first_seen_at - $first) / 3600,"
            " epoch(last_seen_at - $first) / 3600 from schema_drift where kind <> 'never_filled' order by path",
            {"first": FIRST.replace(tzinfo=None)},
        ).fetchall()
        empty = connection.execute(
            "select resource, path, records, epoch(last_seen_at - first_seen_at) / 3600 from schema_drift"
            " where kind = 'never_filled'"
        ).fetchall()
    assert found == [
        ("jobs", "settings.turbo", "unknown_field", 2, "string", 0, 2),
        ("jobs", "status", "unknown_value", 1, "string", 1, 1),
    ]
    assert {row[0] for row in empty} == {"jobs"}, "of a resource without a record nothing can be said"
    assert {row[2:] for row in empty} == {(3, 3)}
    paths = {row[1] for row in empty}
    assert {"shots", "child_job_ids", "metadata"} <= paths
    assert not paths & {"id", "name", "submitted_at", "_raw", "_drift", "account"}


def test_each_column_has_a_value_somewhere(simulated: Simulated) -> None:
    """What neither the simulated organization nor a published answer fills has a reason."""
    with simulated.connect() as connection:
        found = connection.execute("select resource, path from schema_drift where kind = 'never_filled'").fetchall()
    published = {
        (RESOURCE[name.partition("-")[0]], column) for name, rows in EXPECTED.items() for row in rows for column in row
    }
    assert set(found) - published == {
        ("characterizations", "fidelity_spam_stderr"),  # May's contract alone says it
        ("job_costs", "reason"),  # of a cost that is refused
        ("jobs", "output_error_mitigation_debiasing_aggregation_method"),  # of a debiased job asked for singly
        ("jobs", "output_error_mitigation_debiasing_variants"),
        ("jobs", "warning_messages"),  # read by name in tests/resources/test_shapes.py
        ("whoami", "project_id"),  # of a key that belongs to one project
    }
