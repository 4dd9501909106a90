"""What others wrote is text and nothing else, in any receiver."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.alerts.plain_text import measured, money, name, plain

MARKUP = set("<>@&#*`~|\\[]{}$")


@pytest.mark.parametrize("text", ["Chemistry", "team/a (pilot)", "my_project_2", "größe 7 – α", "日本語", "50 % + 3!"])
def test_an_honest_name_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("<!channel>", "‹!channel›"),
        ("@everyone", "＠everyone"),
        ("[pay](https://x.example)", "❲pay❳(https∶//x.example)"),
        ("_now_ and __now__", "＿now＿ and ＿＿now＿＿"),
        (":rotating_light:", "∶rotating_light:"),
        ("a\nb\r\n\tc", "a b c"),
        ("abc\u202edef\u200b\x00\x1b[31m", "abcdef❲31m"),
        ("javascript:alert(1)", "javascript∶alert(1)"),
        ("", ""),
    ],
)
def test_markup_mentions_and_links_are_taken_apart(hostile: str, harmless: str) -> None:
    assert plain(hostile) == harmless


def test_a_name_is_quoted_and_no_domain() -> None:
    assert name("see evil.example/pay v1.2") == "“see evil․example/pay v1.2”"
    assert name(None) == name(" \u200b") == "“no name”"


@given(st.text(max_size=200))
def test_no_text_at_all_gets_through_as_more_than_text(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= 60
    assert not MARKUP & set(shown)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert not re.search(r"://|(?<!\w)_(?=\w)|__", shown)


def test_figures() -> None:
    assert money(Decimal("1234567.891"), "USD") == "1,234,567.89 USD"
    assert money(None, None) == "0.00"
    assert measured(0.99312, "fraction") == "99.312 %"
    assert measured(0.000135, "seconds") == "0.000135 seconds"
    assert measured(None, "seconds") == "unknown"
