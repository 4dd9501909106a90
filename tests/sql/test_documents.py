"""The dictionary and the cookbook hold for the warehouse that is built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ionq_data.warehouse.cookbook import read_cookbook
from ionq_data.warehouse.dictionary import data_dictionary
from ionq_data.warehouse.project import sql_dir
from tests.conftest import Simulated

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = re.findall(
    r"^### (\d+\. .+?)$.+?```sql\n(.+?)```", (DOCS / "cookbook.md").read_text(), re.DOTALL | re.MULTILINE
)
MAY_BE_EMPTY = ("5.", "7.", "27.", "28.")  # nothing is wrong, nothing stands out, no results are copied


def test_dictionary_says_what_the_models_say() -> None:
    assert (DOCS / "data-dictionary.md").read_text() == data_dictionary(sql_dir())


def test_dictionary_has_every_mart_and_column(simulated: Simulated) -> None:
    text = (DOCS / "data-dictionary.md").read_text()
    described = {
        (mart, column)
        for mart, body in re.findall(r"^### (\w+)$(.+?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
        for column in re.findall(r"^\| `(.+?)` \| [^|]", body, re.MULTILINE)
    }
    with simulated.connect() as warehouse:
        built = set(
            warehouse.execute(
                "select table_name, column_name from information_schema.columns where table_schema = 'main'"
            ).fetchall()
        )
    assert described == built


def test_the_cookbook_is_read_whole() -> None:
    assert [int(title.split(".")[0]) for title, _ in RECIPES] == list(range(1, len(RECIPES) + 1))
    assert [question.title for question in read_cookbook().values()] == [title.split(". ")[1] for title, _ in RECIPES]


@pytest.mark.parametrize(("title", "query"), RECIPES, ids=[title for title, _ in RECIPES])
def test_recipe_answers(simulated: Simulated, title: str, query: str) -> None:
    question = next(question for question in read_cookbook().values() if title.endswith(question.title))
    with simulated.connect() as warehouse:
        rows = warehouse.execute(query).fetchall()
        assert warehouse.execute(question.sql, dict(question.defaults)).fetchall() == rows
    assert rows or title.startswith(MAY_BE_EMPTY)
