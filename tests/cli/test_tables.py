"""Tables fit the terminal: what matters less is left out, figures are whole, and nothing is styled in a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ionq_data.cli.answer_tables import sparkline, thinned
from ionq_data.cli.tables import Column, numbers, print_table
from tests.conftest import Simulated

COLUMNS = [
    Column("name"),
    Column("backend", is_whole=True),
    *numbers("cost"),
    Column("shots", "right", rank=2),
    Column("a long remark", rank=1),
]
ROWS = [
    ("A name that goes on and on and on", "qpu.forte-enterprise-1", "1,234,567.89 USD", "10,000", "remark"),
    ("名前", "qpu.forte-enterprise-2", "1.00 USD", "1", "another remark that is long"),
]


@pytest.mark.parametrize("width", [60, 70, 80, 140])
def test_a_table_is_as_wide_as_the_terminal_and_keeps_figures_whole(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table("Title", COLUMNS, ROWS)
    printed = capsys.readouterr().out
    assert all(cell_len(line) <= width for line in printed.splitlines())
    assert all(backend in printed and cost in printed for _, backend, cost, *_ in ROWS)
    assert [title for title in ("shots", "a long remark") if f"  {title}" not in printed.splitlines()[1]] == {
        60: ["shots", "a long remark"],
        70: ["shots"],
        80: [],
        140: [],
    }[width]
    assert ("Hidden columns: shots" in printed) == (width < 80)
    assert not [line for line in printed.splitlines() if line != line.rstrip()]


def test_bars_go_from_the_lowest_to_the_highest() -> None:
    assert sparkline([1, 2, 3]) == "▁▅█"
    assert sparkline([1, None, 3]) == "▁ █"
    assert sparkline([Decimal(50), Decimal(100)], from_nothing=True) == "▅█"
    assert sparkline([5, 5]) == "▁▁"
    assert sparkline([0, 0], from_nothing=True) == "▁▁"
    assert sparkline([None]) == ""


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=200))
def test_there_are_never_more_bars_than_room_and_all_values_count(values: list[float | None]) -> None:
    bars = thinned(values)
    assert len(bars) <= 16
    known = [value for value in values if value is not None]
    assert (not known) == all(bar is None for bar in bars)
    assert all(min(known) - 1e-3 <= bar <= max(known) + 1e-3 for bar in bars if bar is not None)
    assert len(sparkline(bars)) in (0, len(bars))


def test_neighbours_are_averaged_from_the_newest_back() -> None:
    assert thinned([1, 2, 3, 4, None], most=2) == [1.5, 3.5]
    assert thinned([Decimal(1), None, 3], most=3) == [1.0, None, 3.0]
    assert thinned([]) == []


def _on_a_terminal(arguments: list[str], environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ionq_data.cli", *arguments]
    with subprocess.Popen(command, env=environment, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:  # the other end has closed
            pass
        assert process.wait(60) == 0
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize("arguments", [["show", "cost"], ["sql", "select 1 as one"], ["status"]])
def test_style_is_for_terminals_alone(simulated: Simulated, arguments: list[str]) -> None:
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    environment = plain | {"IONQ_DATA_DIR": str(simulated.data_dir), "TERM": "xterm-256color", "COLUMNS": "100"}
    command = [sys.executable, "-m", "ionq_data.cli", *arguments]
    piped = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert piped.stdout
    assert "\x1b" not in piped.stdout + piped.stderr
    assert "\x1b[" in _on_a_terminal(arguments, environment)
    assert "\x1b" not in _on_a_terminal(arguments, environment | {"NO_COLOR": "1"})
