"""Which calibration a job ran on: measured again, restated upstream, and across a gap."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sql.marts import EXTRACTED_AT, build, write_lake

NOON = datetime(2026, 3, 1, 12, tzinfo=EXTRACTED_AT.tzinfo)


def job(name: str, started: datetime | None) -> dict[str, Any]:
    return {
        "id": name, "backend": "qpu.a", "status": "completed" if started else "submitted", "dry_run": False,
        "submitted_at": NOON - timedelta(hours=2), "started_at": started, "stats_qubits": 0,
        "stats_gate_counts_1q": 0, "stats_gate_counts_2q": 1, "_deleted": False,
    }  # fmt: skip


def measured(one: str, at: datetime, fidelity: float, **said: Any) -> dict[str, Any]:
    """A characterization; with one two-qubit gate, its fidelity is the expected success."""
    return {
        "id": one, "backend": "qpu.a", "date": at, "fidelity_1q_median": 1.0, "fidelity_2q_median": fidelity,
        "fidelity_spam_median": 1.0, **said,
    }  # fmt: skip


JOBS = [
    job("before", NOON - timedelta(minutes=1)),
    job("at_once", NOON),
    job("in_the_gap", NOON + timedelta(days=20)),
    job("after", NOON + timedelta(days=21, hours=6)),
    job("waiting", None),
]
MEASURED = [
    measured("first", NOON - timedelta(days=1), 0.9),
    measured("second", NOON, 0.95),
    measured("third", NOON + timedelta(days=21), 0.96),
]
LATER = {"_extracted_at": EXTRACTED_AT + timedelta(days=1), "_run_id": "s", "_hash": "i"}

Expected = dict[str, tuple[str | None, float | None, float | None]]
AT_FIRST: Expected = {
    "before": ("first", 24 - 1 / 60, 0.9),
    "at_once": ("second", 0, 0.95),
    "in_the_gap": ("second", 480, 0.95),
    "after": ("third", 6, 0.96),
    "waiting": ("first", 22, 0.9),
}


@pytest.mark.parametrize(
    ("news", "changed"),
    [
        pytest.param(
            [measured("second", NOON, 0.8, **LATER)],
            {"at_once": ("second", 0, 0.8), "in_the_gap": ("second", 480, 0.8)},
            id="a value is restated",
        ),
        pytest.param(
            [measured("second", NOON + timedelta(days=1), 0.95, **LATER)],
            {"at_once": ("first", 24, 0.9), "in_the_gap": ("second", 456, 0.95)},
            id="its instant is restated",
        ),
        pytest.param(
            [measured("zecond", NOON, 0.85, **LATER)],
            {"at_once": ("zecond", 0, 0.85), "in_the_gap": ("zecond", 480, 0.85)},
            id="measured again at the same instant",
        ),
        pytest.param(
            [measured("late", NOON + timedelta(days=10), 0.97, **LATER)],
            {"in_the_gap": ("late", 240, 0.97)},
            id="one of the gap is told later",
        ),
        pytest.param(
            [measured("second", NOON, 0.501, **LATER)],
            {"at_once": ("first", 24, 0.9), "in_the_gap": ("first", 504, 0.9)},
            id="restated to what is no measurement",
        ),
    ],
)
def test_a_job_knows_the_calibration_of_its_time(tmp_path: Path, news: list[dict[str, Any]], changed: Expected) -> None:
    """What changes upstream reaches jobs that were built before, and no others; both ways of building agree."""
    for folder, tables in (("on_top", [MEASURED, [*MEASURED, *news]]), ("anew", [[*MEASURED, *news]])):
        for number, characterizations in enumerate(tables):
            lake = write_lake(
                tmp_path / folder / "lake", {"jobs": JOBS, "characterizations": characterizations},
                as_of={"default": EXTRACTED_AT},
            )  # fmt: skip
            with build(tmp_path / folder, lake, "fct_jobs") as connection:
                rows = connection.execute(
                    "select job_id, characterization_id, characterization_age_hours, expected_success_probability "
                    "from fct_jobs"
                ).fetchall()
            wanted = AT_FIRST if characterizations is MEASURED else AT_FIRST | changed
            found = {name: values for name, *values in rows}
            assert found.keys() == wanted.keys()
            for name, values in wanted.items():
                assert found[name] == [values[0], *map(pytest.approx, values[1:])], (folder, number, name)
