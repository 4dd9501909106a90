"""The dictionary and the cookbook hold for the warehouse that is built."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from pathlib import Path

import duckdb
import pytest

from ionq_data.placement import Circuit, advise
from ionq_data.warehouse.cookbook import read_cookbook
from ionq_data.warehouse.dictionary import data_dictionary
from ionq_data.warehouse.project import sql_dir
from tests.conftest import Simulated

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = re.findall(
    r"^### (\d+\. .+?)$.+?```sql\n(.+?)```", (DOCS / "cookbook.md").read_text(), re.DOTALL | re.MULTILINE
)
MAY_BE_EMPTY = ("5.", "7.", "27.", "28.", "30.")  # nothing is wrong, nothing stands out, no results are copied


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


def test_where_to_run_says_what_plan_says(simulated: Simulated) -> None:
    """A week after the newest sync, when the queue of the moment is not known, as the recipe does not know it."""
    question = read_cookbook()["where_to_run"]
    with simulated.connect() as warehouse:
        found = warehouse.execute(question.sql, dict(question.defaults)).fetchall()
        ((at,),) = warehouse.execute("select max(last_complete_sync_at) from data_freshness").fetchall()
        circuit = Circuit(qubits=12, gates_1q=200, gates_2q=60, shots=1000)
        now = at.replace(tzinfo=UTC) + timedelta(weeks=1)
        advice = advise(warehouse, circuit, now=now, before=now + timedelta(hours=3))
    there = {one.backend: one for one in advice.options if not one.obstacles}
    assert {row[0] for row in found} == there.keys()
    words = {
        0.9: "nine of ten such jobs do",
        0.5: "half of such jobs do",
        0.0: "fewer than half are sure to",
        None: None,
    }
    for backend, success, price, second, _, p50, p90, in_time in found:
        option = there[backend]
        assert success == pytest.approx(option.expected_success, abs=5e-5)
        assert second is not None or price == pytest.approx(option.price, abs=0.005)
        assert (p50, p90) == (option.wait_p50_seconds, option.wait_p90_seconds)
        assert in_time == words[option.chance_in_time]


def test_the_cost_of_a_success_is_of_what_was_compared() -> None:
    with duckdb.connect() as warehouse:
        warehouse.execute(
            """
            create table fct_jobs as from (values
                ('a', 'p', 'q', 10.0, 'USD', 1000), ('b', 'p', 'q', 30.0, 'USD', 3000), ('c', 'p', 'q', 99.0, 'USD', 1),
                ('d', 'p', 'q', null, 'USD', 1)
            ) as jobs (job_id, project_name, backend, cost, currency, shots);
            create table job_fidelity as from (values
                ('a', 0.5, 0.4), ('b', 0.5, 0.6), ('d', 0.5, 0.5), ('c', 0.5, null)
            ) as compared (job_id, expected_success_probability, observed_success);
            """
        )
        rows = warehouse.execute(read_cookbook()["cost_of_successes"].sql, {"rows": 9}).fetchall()
    # 40 USD for 2,000 successes expected and 2,200 observed
    assert rows == [("p", "q", 2, 40, "USD", pytest.approx(20), pytest.approx(1000 * 40 / 2200))]
