"""Text of other people is shown and never obeyed; figures keep their digits."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.cli.missing import group_missing
from ionq_data.cli.output import age, clean, duration, money, print_json
from ionq_data.cli.tables import Column, print_table


@given(st.text())
def test_a_terminal_has_nothing_to_obey(text: str) -> None:
    shown = clean(text)
    assert len(shown) <= 48
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\rb", "safe\u202egnp.exe", "\u2066x", "line\nbreak", "\x07bell"])
def test_hostile_names_keep_their_letters(name: str) -> None:
    assert clean(name).replace("�", "") == "".join(c for c in name if c.isprintable())


def test_markup_in_a_table_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Names", [Column("name")], [("[bold]not bold[/bold] [link=http://x]y[/link]",)])
    printed = capsys.readouterr().out
    assert "[bold]not bold[/bold] [link=http://x]y[/link]" in printed
    assert "\x1b" not in printed, "no colour where the output is no terminal"


def test_a_column_without_entries_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("T", [Column("a"), Column("nothing"), Column("b")], [("1", "", "2"), ("3", "", "")])
    printed = capsys.readouterr().out
    assert "nothing" not in printed
    assert "3" in printed


def test_json_keeps_money_and_times(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"cost": Decimal("0.100000"), "large": Decimal("1E+2"), "at": datetime(2026, 3, 1, tzinfo=UTC)})
    assert json.loads(capsys.readouterr().out) == {
        "cost": "0.100000",
        "large": "100",
        "at": "2026-03-01T00:00:00+00:00",
    }


def test_money_is_to_the_cent() -> None:
    assert money(Decimal("1234567.891"), "USD") == "1,234,567.89 USD"
    assert money(None, "USD") == "–"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.4, "59 s"),
        (90, "1 min 30 s"),
        (3_599.6, "1 h 00 min"),
        (7_500, "2 h 05 min"),
        (200_000, "2 d 07 h"),
    ],
)
def test_durations(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


def test_age_is_in_one_unit() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    ages = [age(now - timedelta(minutes=minutes), now) for minutes in (0, 1, 5, 119, 300, 5_000)]
    assert ages == ["0 s", "60 s", "5 min", "119 min", "5 h", "3 d"]
    assert age(None, now) == "never"
    assert age(now + timedelta(hours=1), now) == "0 s"


def test_one_reason_is_given_once() -> None:
    sentences = ["jobs: gone: away", "job_costs: gone: away", "usage: other", "jobs: gone: away", "no reason at all"]
    assert group_missing(sentences) == ["jobs, job_costs: gone: away", "usage: other", "no reason at all"]
