"""The demo: what it prints is the truth of the simulation, and a second one goes on where the first ended."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_data.cli.answers import read_answers
from ionq_data.cli.demo_marker import MARKER
from ionq_data.emulator import Emulator, Scenario
from ionq_data.warehouse import connect
from tests.cli.conftest import RunCommand

Environment = dict[str, str]


@pytest.fixture
def data_dir(environment: Environment) -> Path:
    return Path(environment["IONQ_DATA_DIR"])


def test_the_demo_tells_the_truth_and_goes_on(
    environment: Environment, run_command: RunCommand, data_dir: Path
) -> None:
    options = ("--seed", "9", "--days", "45", "--jobs", "400")
    ran = run_command("demo", *options, env=environment)
    assert ran.returncode == 0, ran.stderr
    for made in ("warehouse.duckdb", "marts", "report/index.html", "lake"):
        assert f"{data_dir / made}:" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr

    begun = json.loads((data_dir / MARKER).read_text())
    emulator = Emulator(Scenario(seed=9, days=45, jobs=400, anchor=datetime.fromisoformat(begun["anchor"])))
    with connect(data_dir) as connection:
        answers = read_answers(connection)
    assert answers.as_of is not None
    emulator.clock.set(answers.as_of.astimezone(emulator.clock.now().tzinfo).replace(minute=0, second=0, microsecond=0))
    truth = emulator.truth()

    month = f"{answers.month:%Y-%m}"
    spent = sum(Decimal(row["cost"]) for row in truth["cost"]["project_monthly"] if row["month"] == month)
    assert sum(cost.this_month for cost in answers.costs) == spent
    newest = {row["backend"]: row for row in truth["fidelity"]}
    assert {f.backend for f in answers.fidelities} <= set(newest)
    assert len(answers.fidelities) == 3 * len({f.backend for f in answers.fidelities})

    again = run_command("demo", *options, env=environment)
    assert again.returncode == 0, again.stderr
    assert json.loads((data_dir / MARKER).read_text()) == begun
    with connect(data_dir) as connection:
        assert connection.execute("select count(*) >= 400 from fct_jobs").fetchone() == (True,)


def test_the_demo_leaves_other_records_alone(environment: Environment, run_command: RunCommand, data_dir: Path) -> None:
    (data_dir / "lake" / "jobs").mkdir(parents=True)
    ran = run_command("demo", env=environment)
    assert ran.returncode == 1
    assert "IONQ_DATA_DIR=demo-data" in ran.stderr
    assert not (data_dir / MARKER).exists()


def marker(data_dir: Path, **changes: object) -> None:
    data_dir.mkdir(parents=True)
    noted = {"seed": 7, "days": 10, "jobs": 20, "anchor": "2026-05-20T09:00:00+00:00", "digest": "of another"}
    (data_dir / MARKER).write_text(json.dumps(noted | changes))


def test_another_history_does_not_get_into_the_same_directory(
    environment: Environment, run_command: RunCommand, data_dir: Path
) -> None:
    marker(data_dir)
    ran = run_command("demo", "--seed", "8", "--days", "10", "--jobs", "20", env=environment)
    assert ran.returncode == 1
    assert "--seed 7 --days 10 --jobs 20" in ran.stderr
    changed = run_command("demo", "--days", "10", "--jobs", "20", env=environment)
    assert changed.returncode == 1
    assert "another version of the emulator" in changed.stderr
    assert not (data_dir / "lake").exists()


def test_a_damaged_note_says_what_to_do(environment: Environment, run_command: RunCommand, data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / MARKER).write_text("{")
    ran = run_command("demo", env=environment)
    assert ran.returncode == 1
    assert f"Remove {data_dir}" in ran.stderr


def test_a_real_account_is_not_copied_beside_a_demo(
    environment: Environment, run_command: RunCommand, data_dir: Path
) -> None:
    marker(data_dir)
    ran = run_command("sync", env=environment | {"IONQ_API_KEY": "a-key"})
    assert ran.returncode == 1
    assert "IONQ_DATA_DIR=my-data" in ran.stderr
    assert "a-key" not in ran.stderr
