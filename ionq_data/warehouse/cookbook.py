"""The questions of ``docs/cookbook.md``: their SQL, and which of its values are arguments.

The page is for readers, and its SQL runs as it stands. Programs take the questions that they offer from it, too.
The first line of a recipe's SQL is a comment with its name. A literal with a comment behind it (``20 /* rows */``) is
an argument of that name, and the literal is its default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Value = str | int | float

_RECIPE = re.compile(
    r"^### \d+\. (?P<title>.+?)\n+```sql\n-- (?P<name>\w+)\n(?P<sql>.+?);?\n```(?P<note>[^#]*)", re.S | re.M
)
_ARGUMENT = re.compile(r"(?P<literal>'(?:[^']|'')*'|-?\d+(?:\.\d+)?) /\* (?P<name>\w+) \*/")


@dataclass(frozen=True)
class Question:
    """One question of the cookbook.

    Attributes:
        name: the name that programs use.
        title: the question in words; ``note`` says what a reader has to know about the answer.
        sql: the query, with ``$name`` in the place of an argument.
        defaults: the value of each argument that is not given.
    """

    name: str
    title: str
    note: str
    sql: str
    defaults: Mapping[str, Value]


def read_cookbook() -> dict[str, Question]:
    """Return the questions by name, in the order of the page."""
    text = _page().read_text(encoding="utf-8")
    return {question.name: question for question in map(_question, _RECIPE.finditer(text))}


def _page() -> Path:
    """Return the page's path in an installed package, or in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "docs" / "cookbook.md"
    return installed if installed.is_file() else package.parent / "docs" / "cookbook.md"


def _question(recipe: re.Match[str]) -> Question:
    defaults = {found["name"]: _value(found["literal"]) for found in _ARGUMENT.finditer(recipe["sql"])}
    sql = _ARGUMENT.sub(lambda found: f"${found['name']}", recipe["sql"])
    return Question(recipe["name"], recipe["title"], " ".join(recipe["note"].split()), sql, defaults)


def _value(literal: str) -> Value:
    if literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    return float(literal) if "." in literal else int(literal)
