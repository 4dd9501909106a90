"""A build makes what a change reaches, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ionq_data.warehouse import BuildResult, Layout, build, connect, publish
from tests.warehouse.conftest import JOBS, SOURCES, TESTS, TOTALS, write_project

pytestmark = pytest.mark.slow

PutJobs = Callable[..., Path]

BUDGETS = """{% set file = env_var('IONQ_DATA_BUDGETS', '') %}
select {% if file %} (select count(*) from read_csv('{{ file }}')) {% else %} 0 {% endif %} as lines"""
MODELS = {
    "fct_jobs.sql": JOBS,
    "totals.sql": TOTALS,
    "models.yml": TESTS,
    "sources.yml": SOURCES,
    "counts.sql": "select count(*) as jobs from {{ ref('fct_jobs') }}",
    "after_counts.sql": "select jobs from {{ ref('counts') }}",
    "budgets.sql": BUDGETS,
}


@pytest.fixture(scope="module")
def compiled_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jobs, their sum, their number, and beside them the lines of a budget file."""
    folder = tmp_path_factory.mktemp("chain") / "sql"
    write_project(folder, MODELS)
    return folder


@pytest.fixture(autouse=True)
def chain(compiled_chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sql"
    shutil.copytree(compiled_chain, folder)
    monkeypatch.setenv("IONQ_DATA_SQL", str(folder))
    return folder


def made(result: BuildResult) -> set[str]:
    """Return the models and tests that a build ran, and see that it passed."""
    assert result.passed, result.explain()
    return {node.name for node in result.nodes if not node.is_reused}


def test_a_second_build_of_the_same_lake_makes_nothing(data_dir: Path, put_jobs: PutJobs) -> None:
    lake = put_jobs("a", "b")
    first = build(data_dir, lake_dir=lake)
    publish(data_dir)
    stamp = Layout(data_dir).warehouse.stat().st_mtime_ns

    second = build(data_dir, lake_dir=lake)
    assert made(second) == set()
    assert [node.name for node in second.nodes] == [node.name for node in first.nodes], "each is still told of"
    assert second.file == Layout(data_dir).warehouse
    assert not Layout(data_dir).ready.exists()
    assert publish(data_dir).is_new is False
    assert Layout(data_dir).warehouse.stat().st_mtime_ns == stamp


def test_a_change_reaches_what_is_made_of_it(data_dir: Path, put_jobs: PutJobs) -> None:
    build(data_dir, lake_dir=put_jobs("a", "b"))
    publish(data_dir)
    changed = build(data_dir, lake_dir=put_jobs("a", "c"))
    assert made(changed) == {"fct_jobs", "totals", "counts", "unique_fct_jobs_id", "not_null_fct_jobs_id"}
    publish(data_dir)
    with connect(data_dir) as connection:
        assert connection.sql("select id from fct_jobs order by id").fetchall() == [("a",), ("c",)]


def test_the_same_content_reaches_nothing_further(data_dir: Path, put_jobs: PutJobs) -> None:
    """The files are others and their rows the same, as after a compaction."""
    build(data_dir, lake_dir=put_jobs("a", "b"))
    publish(data_dir)
    assert made(build(data_dir, lake_dir=put_jobs("b", "a"))) == {"fct_jobs"}


def test_a_change_of_the_budgets_is_noticed(data_dir: Path, put_jobs: PutJobs, tmp_path: Path) -> None:
    lake, budgets = put_jobs("a"), tmp_path / "it's budgets.csv"
    budgets.write_text("project,budget\nx,1\n")
    assert "budgets" in made(build(data_dir, lake_dir=lake, budgets=budgets))
    publish(data_dir)
    assert made(build(data_dir, lake_dir=lake, budgets=budgets)) == set()
    budgets.write_text("project,budget\nx,1\ny,1\n")
    assert made(build(data_dir, lake_dir=lake, budgets=budgets)) == {"budgets"}
    publish(data_dir)
    assert made(build(data_dir, lake_dir=lake)) == {"budgets"}, "there are none any more"


def test_a_change_of_the_sql_makes_everything_anew(data_dir: Path, put_jobs: PutJobs, chain: Path) -> None:
    lake = put_jobs("a")
    build(data_dir, lake_dir=lake)
    publish(data_dir)
    (chain / "models" / "counts.sql").write_text(MODELS["counts.sql"].replace("count(*)", "count(*) + 1"))
    result = build(data_dir, lake_dir=lake)
    assert result.from_scratch
    assert "budgets" in made(result)


def test_a_full_refresh_makes_everything_anew(data_dir: Path, put_jobs: PutJobs) -> None:
    lake = put_jobs("a")
    build(data_dir, lake_dir=lake)
    publish(data_dir)
    result = build(data_dir, lake_dir=lake, full_refresh=True)
    assert result.from_scratch
    assert len(made(result)) == len(result.nodes)


def test_a_warning_stands_until_its_model_changes(data_dir: Path, put_jobs: PutJobs) -> None:
    lake = put_jobs("a", None)
    build(data_dir, lake_dir=lake)
    publish(data_dir)
    again = build(data_dir, lake_dir=lake)
    assert made(again) == set()
    assert [(node.name, node.failures) for node in again.warnings] == [("not_null_fct_jobs_id", 1)]
    build(data_dir, lake_dir=put_jobs("b"))
    publish(data_dir)
    with connect(data_dir) as connection:
        assert connection.sql("select test_warnings from meta.build").fetchall() == [(0,)]


def test_a_failed_build_is_tried_again(data_dir: Path, put_jobs: PutJobs) -> None:
    build(data_dir, lake_dir=put_jobs("a"))
    publish(data_dir)
    twice = put_jobs("b", "b")
    for _ in range(2):
        result = build(data_dir, lake_dir=twice)
        assert [node.name for node in result.broken] == ["unique_fct_jobs_id"]
        skipped = {node.name for node in result.nodes if node.status == "skipped"}
        assert skipped == {"totals", "counts", "after_counts"}
        assert "budgets" not in skipped
