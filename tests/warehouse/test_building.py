"""A build is private until its tests passed, and a failed one changes nothing that is published."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ionq_data.warehouse import (
    BuildFailed,
    Layout,
    NothingToPublish,
    build,
    connect,
    manifest_path,
    publish,
    published_at,
)
from ionq_data.warehouse.dbt_process import DbtOutcome, run_dbt

pytestmark = pytest.mark.slow

PutJobs = Callable[..., Path]

INCREMENTAL = """{{ config(materialized='incremental', unique_key='id') }}
select id, shots, RUN as run from {{ source('lake', 'jobs') }}
{% if is_incremental() %} where id not in (select id from {{ this }}) {% endif %}
"""


def rows(data_dir: Path, query: str) -> list[tuple[object, ...]]:
    with connect(data_dir) as connection:
        return connection.sql(query).fetchall()


def test_a_build_that_passed_is_published(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    result = build(data_dir, lake_dir=put_jobs("a", "b"))

    assert result.passed
    assert (result.models, result.tests) == (2, 2)
    assert not Layout(data_dir).warehouse.exists(), "building publishes nothing"
    publish(data_dir)
    assert rows(data_dir, "from totals") == [(2, 200)]
    assert published_at(data_dir) == result.started_at
    assert {p.name for p in Layout(data_dir).builds.iterdir()} == {
        "build.lock",
        "cost_centers.csv",
        "publish.lock",
    }
    assert [p.name for p in data_dir.glob("warehouse*")] == ["warehouse.duckdb"], "no write-ahead log beside it"


def test_a_failed_test_leaves_what_is_published(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    build(data_dir, lake_dir=put_jobs("a"))
    publish(data_dir)
    published = Layout(data_dir).warehouse.read_bytes()

    result = build(data_dir, lake_dir=put_jobs("a", "a"))

    assert not result.passed
    assert [node.name for node in result.broken] == ["unique_fct_jobs_id"]
    assert "unique_fct_jobs_id" in result.explain()
    assert str(Layout(data_dir).failed) in result.explain()
    assert (Layout(data_dir).failed / "warehouse.duckdb").is_file()
    assert publish(data_dir).is_new is False
    assert Layout(data_dir).warehouse.read_bytes() == published
    assert rows(data_dir, "from totals") == [(1, 100)]


def test_a_failed_first_build_publishes_nothing(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    assert not build(data_dir, lake_dir=put_jobs("a", "a")).passed
    with pytest.raises(NothingToPublish, match="ionq-data build"):
        publish(data_dir)


def test_a_warning_does_not_hold_up_a_build(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    result = build(data_dir, lake_dir=put_jobs("a", None))

    assert result.passed
    assert [node.name for node in result.warnings] == ["not_null_fct_jobs_id"]
    publish(data_dir)
    assert rows(data_dir, "select test_warnings from meta.build") == [(1,)]


def test_a_project_that_dbt_cannot_read_says_why(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    (project / "models" / "totals.sql").write_text("select * from {{ ref('no_such_model') }}")
    with pytest.raises(BuildFailed, match="no_such_model"):
        build(data_dir, lake_dir=put_jobs("a"))


def test_a_model_that_fails_is_named(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    (project / "models" / "totals.sql").write_text("select no_such_column from {{ ref('fct_jobs') }}")
    result = build(data_dir, lake_dir=put_jobs("a"))
    assert not result.passed
    assert "no_such_column" in result.explain()


@pytest.mark.prove
def test_incremental_models_go_on_until_the_sql_changes(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    model = project / "models" / "fct_jobs.sql"
    model.write_text(INCREMENTAL.replace("RUN", "1"))
    assert build(data_dir, lake_dir=put_jobs("a")).from_scratch
    publish(data_dir)

    result = build(data_dir, lake_dir=put_jobs("b"))
    publish(data_dir)
    assert not result.from_scratch
    assert rows(data_dir, "select id from fct_jobs order by id") == [("a",), ("b",)]

    model.write_text(INCREMENTAL.replace("RUN", "2"))
    assert build(data_dir, lake_dir=put_jobs("b")).from_scratch
    publish(data_dir)
    assert rows(data_dir, "select id, run from fct_jobs") == [("b", 2)]
    kept = [folder for folder in (project / "target" / "compiled").iterdir() if folder.is_dir()]
    assert len(kept) == 1, "what was compiled of the old SQL is gone"


def test_a_part_is_built_into_a_copy(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    with pytest.raises(BuildFailed, match="Build everything first"):
        build(data_dir, lake_dir=put_jobs("a"), select=["totals"])
    build(data_dir, lake_dir=put_jobs("a"))
    publish(data_dir)

    result = build(data_dir, lake_dir=put_jobs("a", "b"), select=["totals"])
    publish(data_dir)

    assert [node.name for node in result.nodes] == ["totals"]
    assert rows(data_dir, "select jobs from totals") == [(1,)], "fct_jobs is still the published one"


def test_dbt_does_not_get_the_key(
    project: Path, data_dir: Path, put_jobs: PutJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "very-secret")
    monkeypatch.setenv("SECOND_API_TOKEN", "very-secret")
    names = ("IONQ_API_KEY", "SECOND_API_TOKEN")
    columns = ", ".join(f'\'{{{{ env_var("{name}", "absent") }}}}\' as {name}' for name in names)
    (project / "models" / "totals.sql").write_text(f"select {columns}")
    build(data_dir, lake_dir=put_jobs("a"))
    publish(data_dir)
    assert rows(data_dir, "from totals") == [("absent", "absent")]


def test_a_killed_build_is_no_obstacle(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    lake = put_jobs("a")
    run_and_be_killed(f"""
import os, signal
from pathlib import Path
from ionq_data.warehouse import build
def die(done, total):
    os.kill(os.getpid(), signal.SIGKILL)
build(Path({str(data_dir)!r}), lake_dir=Path({str(lake)!r}), on_node=die)
""")
    assert Layout(data_dir).current.exists(), "the build was under way"

    assert build(data_dir, lake_dir=lake, wait_seconds=60).passed
    publish(data_dir)
    assert rows(data_dir, "from totals") == [(1, 100)]


def test_dbt_ends_with_the_build_that_started_it(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    """Nothing that it still writes falls into what the next build compiles."""
    shutil.rmtree(project / "target")
    lake = put_jobs("a")
    printed = run_and_be_killed(f"""
import os, signal, subprocess
from pathlib import Path
from ionq_data.warehouse import build
start = subprocess.Popen
def start_and_die(*arguments, **options):
    print(start(*arguments, **options).pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
subprocess.Popen = start_and_die
build(Path({str(data_dir)!r}), lake_dir=Path({str(lake)!r}))
""")
    assert build(data_dir, lake_dir=lake, wait_seconds=60).passed
    dbt = Path("/proc") / printed / "cmdline"
    assert not dbt.exists() or not dbt.read_bytes(), "dbt still runs"


def run_and_be_killed(script: str) -> str:
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    return killed.stdout.strip()


def test_the_project_is_compiled_once_by_all_who_wait(
    project: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster starts several processes at once, and each needs the manifest; one may have been killed compiling it."""
    kept = project / "target" / "compiled"
    shutil.rmtree(kept)
    (kept / "compiling").mkdir(parents=True)
    (kept / "compiling" / "half.json").touch()
    commands: list[str] = []

    def run(arguments: Sequence[str], **options: Any) -> DbtOutcome:
        commands.append(arguments[0])
        return run_dbt(arguments, **options)

    monkeypatch.setattr("ionq_data.warehouse.project.run_dbt", run)
    with ThreadPoolExecutor(4) as pool:
        manifests = set(pool.map(lambda _: manifest_path(data_dir, lake_dir=data_dir / "lake"), range(4)))
    assert commands == ["compile"]
    (manifest,) = manifests
    assert {path.name for path in kept.iterdir()} == {"compile.lock", manifest.parent.name}
    assert "half.json" not in {path.name for path in manifest.parent.iterdir()}


def test_what_cannot_be_kept_beside_the_project_is_kept_with_the_data(
    project: Path, data_dir: Path, put_jobs: PutJobs
) -> None:
    shutil.rmtree(project / "target")
    (project / "target").write_text("no folder")
    assert build(data_dir, lake_dir=put_jobs("a")).compiled.is_relative_to(Layout(data_dir).builds)


def test_no_project_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_DATA_SQL", str(tmp_path / "nowhere"))
    with pytest.raises(BuildFailed, match=r"nowhere.*IONQ_DATA_SQL"):
        build(tmp_path / "data", lake_dir=tmp_path / "lake")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path, project: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(BuildFailed, match="Cannot write below"):
        build(tmp_path / "data", lake_dir=tmp_path / "lake")


@pytest.mark.prove
def test_what_a_build_does_not_know_of_dbt_is_refused(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    """It would be left out in silence: a hook, a test with another threshold, another kind of table."""
    model = project / "models" / "totals.sql"
    answer = model.read_text()
    model.write_text("{{ config(post_hook='select 1') }}" + answer)
    with pytest.raises(BuildFailed, match="totals has a hook"):
        build(data_dir, lake_dir=put_jobs("a"))
    model.write_text("{{ config(materialized='ephemeral') }}" + answer)
    with pytest.raises(BuildFailed, match="totals is materialized as ephemeral"):
        build(data_dir, lake_dir=put_jobs("a"))
    model.write_text('select * from read_parquet(\'{{ env_var("IONQ_DATA_LAKE", "lake") }}/jobs/*\')')
    with pytest.raises(BuildFailed, match="totals reads the lake past its sources"):
        build(data_dir, lake_dir=put_jobs("a"))
    model.write_text(answer)
    tests = project / "models" / "models.yml"
    tests.write_text(tests.read_text().replace("severity: warn", "error_if: '> 10'"))
    with pytest.raises(BuildFailed, match="sets error_if"):
        build(data_dir, lake_dir=put_jobs("a"))
