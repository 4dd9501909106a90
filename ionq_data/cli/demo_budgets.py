"""Budgets for the simulated organization, so that the demo can say whether they hold."""

from __future__ import annotations

import csv
from pathlib import Path

from ionq_data.cli.demo_marker import History
from ionq_data.config import BUDGETS_FILE
from ionq_data.emulator.organization import PROJECT_NAMES, PROJECT_WEIGHTS

_USD_PER_JOB = 58
_DAYS_PER_MONTH = 365 / 12
_ROOM = {"Portfolio Risk": 2.0, "Battery Chemistry": 1.0, "Teaching Lab": 0.7}
"""What a project's budget is of what it usually costs in a month."""
_ROOM_OF_ALL = 1.15


def write_budgets(data_dir: Path, history: History) -> Path:
    """Write a budget for three projects and one for everything, unless there is a file already: it may be edited."""
    file = data_dir / BUDGETS_FILE
    if file.exists():
        return file
    usual = history.jobs / history.days * _DAYS_PER_MONTH * _USD_PER_JOB
    share = dict(zip(PROJECT_NAMES, PROJECT_WEIGHTS / PROJECT_WEIGHTS.sum(), strict=True))
    lines = [("", "", name, "", _rounded(usual * share[name] * room), "USD") for name, room in _ROOM.items()]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["organization", "project_id", "project_name", "month", "budget", "currency"])
        writer.writerows([*lines, ("", "", "", "", _rounded(usual * _ROOM_OF_ALL), "USD")])
    return file


def _rounded(amount: float) -> int:
    """Round up to two digits, as budgets are."""
    size: int = 10 ** max(len(str(int(amount))) - 2, 0)
    return int(-(-amount // size) * size)
