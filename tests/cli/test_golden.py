"""What the commands print, to the letter, at 80 and 140 columns: the files in ``golden/``.

Where a change of the output is meant, write them anew and look at the difference before you keep it::

    RENEW_GOLDEN=1 pytest tests/cli/test_golden.py && git diff tests/cli/golden
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ionq_data import warehouse
from ionq_data.alerts import deliver, evaluate, evaluation
from ionq_data.cli import demo_story, plan, status
from ionq_data.cli.demo_marker import History
from ionq_data.config import Account, Settings
from ionq_data.lake import open_lake
from tests.cli.answering import Ask, asking
from tests.conftest import SCENARIO, Simulated

GOLDEN = Path(__file__).parent / "golden"
ANCHOR = SCENARIO["anchor"]
NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)

COMMANDS = {
    "status": ["status"],
    "show-cost": ["show", "cost"],
    "show-cost-by-user": ["show", "cost", "--by", "user", "--months", "3"],
    "show-cost-by-backend": ["show", "cost", "--by", "backend"],
    "show-fidelity": ["show", "fidelity"],
    "show-fidelity-times": ["show", "fidelity", "--metric", "t1", "--metric", "gate_2q"],
    "show-queue": ["show", "queue"],
    "show-queue-daily": ["show", "queue", "--daily", "--days", "4"],
    "show-jobs": ["show", "jobs", "--limit", "12"],
    "show-jobs-failed": ["show", "jobs", "--status", "failed", "--limit", "4"],
    "plan": ["plan", "--qubits", "12", "--1q", "200", "--2q", "60", "--shots", "1000"],
    "sql": ["sql", "select backend, count(*) as jobs, sum(cost) as cost from fct_jobs group by all order by all"],
    "help": ["--help"],
    "show-help": ["show", "--help"],
}


class Clock(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return NOW


@pytest.fixture
def ask(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, simulated: Simulated, tmp_path: Path
) -> Ask:
    """A data directory ``data`` in the working directory, published an hour ago, whose alerts were evaluated then."""
    monkeypatch.chdir(tmp_path)
    data = Path("data")
    data.mkdir()
    shutil.copyfile(simulated.data_dir / "warehouse.duckdb", data / "warehouse.duckdb")
    (data / "lake").symlink_to(simulated.data_dir / "lake")
    published = NOW - timedelta(hours=1)
    monkeypatch.setattr(warehouse, "published_at", lambda _: published)
    monkeypatch.setattr(evaluation, "published_at", lambda _: published)
    monkeypatch.setattr(status, "datetime", Clock)
    monkeypatch.setattr(plan, "datetime", Clock)
    (data / "budgets.csv").write_text("organization,project_id,project_name,month,budget,currency\n")
    settings = Settings(data_dir=data, accounts=(Account(),))
    deliver(settings, evaluate(settings, open_lake(settings), now=published))
    return asking(capsys, monkeypatch, "data")


def compare(name: str, printed: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("RENEW_GOLDEN"):
        file.write_text(printed, encoding="utf-8")
    assert printed == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", COMMANDS)
def test_commands_print_what_they_did(ask: Ask, name: str, width: int) -> None:
    said = ask(*COMMANDS[name], width=width)
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= width
    compare(f"{name}-{width}", said.out)


@pytest.mark.parametrize("width", [80, 140])
def test_the_demo_tells_the_same_story(
    ask: Ask, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["ionq-data"])
    ask("status", width=width)
    history = History(seed=SCENARIO["seed"], days=SCENARIO["days"], jobs=SCENARIO["jobs"], anchor=ANCHOR)
    demo_story.tell_story(Path("data"), history)
    compare(f"demo-{width}", capsys.readouterr().out)


def test_every_golden_file_is_compared() -> None:
    expected = {f"{name}-{width}.txt" for name in [*COMMANDS, "demo"] for width in (80, 140)}
    assert {file.name for file in GOLDEN.iterdir()} == expected
