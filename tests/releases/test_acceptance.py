"""What peers ask of a connector, where no other test holds it (docs/quality.md has the whole table)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import ionq_data
from ionq_data.cli import run

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINES = 43  # of the lists of Airbyte, Singer's SDK and dlt


def table() -> dict[int, str]:
    return {int(number): held for number, _, held in ROW.findall((ROOT / "docs" / "quality.md").read_text("utf-8"))}


def test_every_line_of_the_table_is_held() -> None:
    found = table()
    assert sorted(found) == list(range(1, LINES + 1))
    for number, held in found.items():
        assert NAME.search(held) or held.startswith(("not applicable: ", "open: ")), number


@pytest.mark.parametrize(("number", "held"), table().items())
def test_each_test_that_the_table_names_is_there(number: int, held: str) -> None:
    for path, name in NAME.findall(held):
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names, f"line {number}: {path} has no {name}"


def test_every_skipped_test_says_why() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".skip", ".skipif", ".xfail")):
                needed = 1 + (not ast.unparse(node.func).endswith(".skip"))  # a condition, and the reason
                assert len(node.args) + len(node.keywords) >= needed, f"{path}: {node.lineno}"


def test_the_command_line_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert ionq_data.__version__ in capsys.readouterr().out
