"""``lake verify`` finds what is damaged, ``lake compact`` loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.answering import Ask, asking
from tests.conftest import Simulated


@pytest.fixture
def data_dir(tmp_path: Path, simulated: Simulated) -> Path:
    shutil.copytree(simulated.data_dir / "lake", tmp_path / "lake")
    return tmp_path


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> Ask:
    return asking(capsys, monkeypatch, data_dir)


def test_a_sound_lake_is_sound_before_and_after_a_compaction(ask: Ask) -> None:
    before = ask("lake", "verify", "--json")
    assert before.code == 0
    assert before.facts["is_sound"] is True
    assert ask("lake", "verify").out.strip().endswith(f"{before.facts['rows']:,} rows: sound.")
    compacted = ask("lake", "compact", "--json")
    assert compacted.code == 0
    after = ask("lake", "verify", "--json").facts
    assert after["is_sound"] is True
    assert after["rows"] >= before.facts["rows"], "merged files stay an hour for readers that have listed them"


def test_a_damaged_file_is_named(ask: Ask, data_dir: Path) -> None:
    damaged = next(iter(sorted((data_dir / "lake" / "jobs").rglob("*.parquet"))))
    damaged.write_bytes(damaged.read_bytes()[:-200])
    answer = ask("lake", "verify", width=200)
    assert answer.code == 1
    assert damaged.name in answer.out
    assert "NOT sound; restore the files named above" in answer.out
    findings = ask("lake", "verify", "--json").facts["findings"]
    errors = [finding["where"] for finding in findings if finding["level"] == "error"]
    assert errors[0] == str(damaged.relative_to(data_dir / "lake"))
    assert all("default/jobs" in where for where in errors[1:]), "and the ledger misses its rows"


def test_an_unknown_task_is_wrong_usage(ask: Ask) -> None:
    assert ask("lake", "polish").code == 2
