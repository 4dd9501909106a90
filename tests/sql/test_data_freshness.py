"""What the newest version of a record says counts, however many versions there are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.sql.marts import build, write_lake

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = FIRST.replace(hour=13)
PROBLEM = ["created_at: not a time: yesterday"]


def version(identifier: str, at: datetime, *problems: str, **fields: Any) -> dict[str, Any]:
    return {"id": identifier, "created_at": FIRST, "_extracted_at": at, "_problems": list(problems)} | fields


def test_a_problem_counts_until_it_is_mended(tmp_path: Path) -> None:
    mended = [version("mended", FIRST, *PROBLEM), version("mended", SECOND)]
    spoiled = [version("spoiled", FIRST), version("spoiled", SECOND, *PROBLEM, created_at=None)]
    same_instant = [version("again", FIRST, *PROBLEM), version("again", FIRST, _run_id="s")]
    other = [version("mended", FIRST, *PROBLEM, account="other")]
    sessions = [*mended, *spoiled, *same_instant, *other]
    lake = write_lake(tmp_path / "lake", {"sessions": sessions}, as_of={"default": FIRST, "other": FIRST})
    with build(tmp_path, lake, "data_freshness") as connection:
        found = connection.execute(
            "select account, rows, problems, newest_record_at, newest_extracted_at"
            " from data_freshness where resource = 'sessions' order by account"
        ).fetchall()
    first, second = FIRST.replace(tzinfo=None), SECOND.replace(tzinfo=None)
    assert [(*row[:3], *(at.replace(tzinfo=None) for at in row[3:])) for row in found] == [
        ("default", 3, 1, first, second),
        ("other", 1, 1, first, first),
    ]
