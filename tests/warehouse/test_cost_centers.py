"""The rules of the cost centers are checked, cell by cell, before a build reads them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ionq_data.warehouse.cost_centers import write_rules
from ionq_data.warehouse.errors import BuildFailed
from ionq_data.warehouse.project import sql_dir

HEADER = "cost_center,organization,project,user,backend,tag,name\n"


def written(tmp_path: Path, text: str | None) -> list[dict[str, str]]:
    rules = None
    if text is not None:
        rules = tmp_path / "cost_centers.csv"
        rules.write_text(text, "utf-8")
    write_rules(rules, tmp_path / "written.csv")
    with (tmp_path / "written.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_rules_keep_their_lines_and_become_patterns(tmp_path: Path) -> None:
    text = f'# a note\n{HEADER}\n CC-1 ,o,Chem*,,qpu.forte*,team = chem*,\n# off\n"CC, 2",,,50%_\\,,urgent,\n'
    first, second = written(tmp_path, text)
    assert first == {
        "line": "4", "cost_center": "CC-1", "organization": "o", "project": "Chem%", "user": "",
        "backend": "qpu.forte%", "tag_key": "team", "tag_value": "chem%", "name": "",
    }  # fmt: skip
    assert (second["line"], second["cost_center"], second["user"]) == ("6", "CC, 2", "50\\%\\_\\\\")
    assert (second["tag_key"], second["tag_value"]) == ("urgent", "%")


@pytest.mark.parametrize("text", [None, "", "# only a note\n", HEADER], ids=["no file", "empty", "a note", "a header"])
def test_nothing_is_a_file_without_rules(tmp_path: Path, text: str | None) -> None:
    assert written(tmp_path, text) == []
    assert (tmp_path / "written.csv").read_text().startswith("line,cost_center,")


def test_the_example_can_be_read(tmp_path: Path) -> None:
    text = (sql_dir() / "cost_centers.example.csv").read_text("utf-8")
    assert next(row["cost_center"] for row in written(tmp_path, text)) == "CC-100 Chemistry"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("project,tag\nChemistry,\n", "line 1, column cost_center", "is missing"),
        (f"{HEADER.strip()},team\n", "line 1, column team", "is none of cost_center"),
        ("cost_center,project,project\n", "line 1, column project", "twice"),
        (f"{HEADER},,Chemistry,,,,\n", "line 2, column cost_center", "blank"),
        (f"#\n{HEADER}CC-1,,,,,team=,\n", "line 3, column tag", "'team=' is not written like"),
        (f"{HEADER}CC-1,,,,,=chem,\n", "line 2, column tag", "not written like"),
        (f"{HEADER}CC-1,,,,,te*=chem,\n", "line 2, column tag", "has a *"),
        (f"{HEADER}CC-1,,Chemistry\n", "line 2, column project", "3 cells for 7 columns"),
        (f"{HEADER}CC-1,,a,b,c,,d,e\n", "line 2, column name", "8 cells for 7 columns"),
        (f'{HEADER}"CC-1,,,,,,\n', "line 2, column cost_center", "no CSV"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(BuildFailed) as refused:
        written(tmp_path, text)
    assert where in str(refused.value)
    assert what in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"nowhere\.csv"):
        write_rules(tmp_path / "nowhere.csv", tmp_path / "written.csv")
