"""Names that users typed: always text, always one line, never two things under one label."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.report.blocks import Dataset
from ionq_data.report.embedding import embedded, packed
from ionq_data.report.formats import duration, money, sortable, written
from ionq_data.report.text import distinct_labels, shown
from tests.report.reading import unpack


@given(st.text(max_size=300))
def test_what_is_shown_is_one_short_line_that_reorders_nothing(name: str) -> None:
    line = shown(name, 40)
    assert len(line) <= 40
    assert not {unicodedata.category(letter) for letter in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(letter) for letter in line} & {
        "RLO",
        "LRO",
        "RLE",
        "LRE",
        "PDF",
        "RLI",
        "LRI",
        "FSI",
        "PDI",
    }


def test_a_plain_name_is_shown_as_it_is() -> None:
    assert shown("Łódź 🚀 – O'Brien & Söhne <b>") == "Łódź 🚀 – O'Brien & Söhne <b>"
    assert shown("x" * 40_000, 10) == "xxxxxxxxx…"


@given(st.dictionaries(st.text(min_size=1, max_size=40), st.none() | st.text(max_size=80), max_size=20))
def test_two_things_never_have_one_label(names: dict[str, str | None]) -> None:
    labels = distinct_labels(names.items())
    assert list(labels) == list(names)
    assert len(set(labels.values())) == len(names)
    assert all(labels.values())


def test_labels_tell_names_apart_that_collide() -> None:
    assert distinct_labels([("a1", "Lab"), ("b2", "Lab"), ("c3", None)]) == {
        "a1": "Lab (a1)",
        "b2": "Lab (b2)",
        "c3": "c3",
    }


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_embedded_data_cannot_end_its_element(value: object) -> None:
    text = embedded(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_a_packed_column_gives_its_values_back() -> None:
    values = ["a", None, "b", "a"]
    dataset = Dataset(
        name="d", mart="m", columns={"name": values, "cost": [Decimal("1.250000"), None, Decimal(0), Decimal(2)]}
    )
    columns = packed(dataset)["columns"]
    assert unpack(columns["name"]) == values
    assert columns["cost"] == [1.25, None, 0.0, 2.0]
    assert packed(Dataset(name="d", mart="m", columns={"x": [float("nan"), 1 / 3]}))["columns"]["x"] == [
        None,
        0.3333333,
    ]


@given(st.lists(st.sampled_from(["a", "b", None])) | st.lists(st.sampled_from([0, 1.5, None])))
def test_counted_runs_give_their_values_back(values: list[Any]) -> None:
    column = packed(Dataset(name="d", mart="m", columns={"x": values}))["columns"]["x"]
    assert unpack(column) == values


def test_a_long_run_is_said_once() -> None:
    dataset = Dataset(name="d", mart="m", columns={"x": [0] * 50 + [1] * 50, "y": ["a"] * 100, "z": [1, 2, 1, 2]})
    columns = packed(dataset)["columns"]
    assert columns["x"] == {"runs": [0, 50, 1, 50]}
    assert columns["y"] == {"words": ["a"], "at": {"runs": [0, 100]}}
    assert columns["z"] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.000135, "135 µs"), (0.02, "20 ms"), (59.99, "60 s"), (119, "119 s"), (120, "2.0 min"),
     (5400, "1.5 h"), (90000, "1.0 d"), (-1800, "−30.0 min"), (2.7e-8, "27 ns")],
)  # fmt: skip
def test_durations_are_written_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_money_is_rounded_once_and_keeps_its_unit() -> None:
    assert money(Decimal("1234.565"), "USD") == "$1,234.57"
    assert money(Decimal("-0.5"), "USD") == "−$0.50"
    assert money(Decimal("12"), "CREDITS") == "12.00 CREDITS"
    assert written(Decimal("3.1"), "change", "USD") == "+$3.10"
    assert written(None, "money", "USD") == "–"


def test_a_slope_has_its_sign_unless_it_is_nothing() -> None:
    assert written(0.00113, "slope", "fraction") == "+0.113 pp"
    assert written(-0.00113, "slope", "fraction") == "−0.113 pp"
    assert written(-0.000001, "slope", "fraction") == "0.000 pp"
    assert written(-0.65, "slope", "seconds") == "−650 ms"
    assert written(2.7e-3, "slope", "seconds") == "+2.7 ms"
    assert written(None, "slope", "seconds") == "–"


def test_sortable_values_are_exact() -> None:
    assert sortable(Decimal("0.000001")) == "0.000001"
    assert sortable(Decimal("1E+3")) == "1000"
    assert sortable(datetime.fromisoformat("2026-01-02T03:00:00")) == "2026-01-02T03:00:00"
    assert sortable(date(2026, 1, 2)) == "2026-01-02"
    assert sortable(0.1) == "0.1"
    assert sortable(None) == ""
