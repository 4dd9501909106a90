"""The file itself: one file, small, asking for nothing, replaced whole, and nothing in it but what we wrote."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ionq_data.report import files, write_report
from ionq_data.warehouse import NoWarehouse
from tests.report.conftest import DataDir
from tests.report.reading import read_report
from tests.report.worlds import TYPED

ALL = ["simulated", "hostile", "empty", "one_job", "simulator_only", "typed"]
OWN_ELEMENTS = [
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "a",
    "header",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "time",
    "span",
    "button",
    "nav",
    "ul",
    "li",
    "details",
    "summary",
    "form",
    "label",
    "select",
    "option",
    "main",
    "section",
    "article",
    "bdi",
    "code",
    "strong",
    "figure",
    "figcaption",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "dialog",
    "footer",
    "noscript",
    "script",
    "input",
]


@pytest.mark.parametrize("world", ALL)
def test_asks_for_nothing_outside_itself(data_dir: DataDir, world: str) -> None:
    elements = read_report(data_dir(world)).elements
    for _, attributes in elements:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert urlsplit(attributes.get(name, "")).scheme in ("", "data"), attributes
    (policy,) = [a["content"] for _, a in elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("world", ALL)
def test_names_become_no_elements(data_dir: DataDir, world: str) -> None:
    elements = read_report(data_dir(world)).elements
    assert {tag for tag, _ in elements} <= set(OWN_ELEMENTS)
    assert sum(tag == "script" for tag, _ in elements) == 3  # the data, Vega, ours
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]


def test_hostile_names_are_there_as_text(data_dir: DataDir) -> None:
    text = read_report(data_dir("hostile")).text
    for name in ("<script>alert('p')</script>", "=cmd|' /C calc'!A0", "<img src=x onerror=alert(1)>", "{{ user }}"):
        assert name in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)


def test_what_users_type_is_shown_as_text_and_cut_where_it_is_long(data_dir: DataDir) -> None:
    report = read_report(data_dir("typed"))
    for name in TYPED:
        assert name.replace("\u202e", "").strip() in report.text
    assert "x" * 1000 not in (data_dir("typed") / "report" / "index.html").read_text(encoding="utf-8")
    links = {attributes["href"] for tag, attributes in report.elements if tag == "a"}
    assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize("world", ALL)
def test_stays_under_five_megabytes(data_dir: DataDir, world: str) -> None:
    assert (data_dir(world) / "report" / "index.html").stat().st_size < 5_000_000


def test_the_same_warehouse_gives_the_same_page(data_dir: DataDir, tmp_path: Path) -> None:
    source = data_dir("hostile")
    for name in ("warehouse.duckdb", "alerts.json"):
        shutil.copyfile(source / name, tmp_path / name)
    assert write_report(tmp_path).read_bytes() == (source / "report" / "index.html").read_bytes()


def test_what_is_missing_is_said(data_dir: DataDir) -> None:
    empty, one = read_report(data_dir("empty")).text, read_report(data_dir("one_job")).text
    assert "Nothing has been read from the API yet" in empty
    assert "No cost is known yet" in empty
    assert "No characterization of a QPU is known yet" in empty
    assert "Alerts have not been evaluated yet" in empty
    assert "1 waiting, 0 running; of 1 job known." in one
    assert "There is no usage report to compare with" in one
    assert "No job has been sent to a QPU yet" in read_report(data_dir("simulator_only")).text


def test_without_a_warehouse_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="ionq-data build"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_page_that_was_there(
    data_dir: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(data_dir("empty") / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    page = write_report(tmp_path)
    before = page.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_report(tmp_path)
    assert page.read_bytes() == before
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
