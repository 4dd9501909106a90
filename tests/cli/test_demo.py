"""The demo: what it prints is the truth of the simulation, and a second one goes on where the first ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from ionq_data.cli import answers
from ionq_data.cli.demo_marker import MARKER
from ionq_data.emulator import Emulator, Scenario
from ionq_data.warehouse import connect
from tests.cli.conftest import RunCommand

pytestmark = pytest.mark.slow

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
        as_of = answers.as_of(connection)
        asked = {"project": None, "backend": None, "months": 12, "metrics": ["1q", "2q", "spam"]}
        costs = answers.ask(connection, answers.cost("project", 12), asked)
        fidelities = answers.ask(connection, answers.FIDELITY, asked)
    assert as_of is not None
    assert f"as of {as_of:%Y-%m-%d %H:%M} UTC" in ran.stdout
    emulator.clock.set(as_of.replace(tzinfo=UTC, minute=0, second=0, microsecond=0))
    truth = emulator.truth()

    month = f"{as_of:%Y-%m}"
    spent = sum(Decimal(row["cost"]) for row in truth["cost"]["project_monthly"] if row["month"] == month)
    assert sum(cost["this_month"] for cost in costs if cost["currency"] == "USD") == spent
    assert f"{spent:,.2f} USD" in ran.stdout
    newest = {row["backend"]: row for row in truth["fidelity"]}
    assert {row["backend"] for row in fidelities} <= set(newest)
    assert len(fidelities) == 3 * len({row["backend"] for row in fidelities})

    assert "What stands out" in ran.stdout
    assert "budgets.csv" in ran.stdout

    _open_and_keep_serving(options, environment, data_dir)
    assert json.loads((data_dir / MARKER).read_text()) == begun
    with connect(data_dir) as connection:
        assert connection.execute("select count(*) >= 400 from fct_jobs").fetchone() == (True,)


def _open_and_keep_serving(options: Sequence[str], environment: Environment, data_dir: Path) -> None:
    """Run a demo that goes on, opens its report in the reader's browser and serves until Ctrl-C."""
    browser, seen = data_dir.parent / "browser", data_dir.parent / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    browser.chmod(0o755)
    command = [sys.executable, "-m", "ionq_data.cli", "demo", *options, "--open", "--keep-serving"]
    with subprocess.Popen(
        command,
        env=environment | {"BROWSER": f"{browser} %s"},
        cwd=data_dir.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell starts it in the background
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = next((line for line in process.stdout if line.startswith("Serving ")), "")
        assert said, process.stderr.read()
        _, base_url, _, _, key, *_ = said.split()
        answer = httpx.get(f"{base_url}/jobs", headers={"Authorization": f"apiKey {key}"}, trust_env=False)
        assert len(answer.json()["jobs"]) > 0
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        told = process.stderr.read()
    assert "asset check" not in told, "a model that stands as it was has its checks from before"
    assert seen.read_text().strip() == (data_dir / "report" / "index.html").absolute().as_uri()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{base_url}/backends", trust_env=False)


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
