"""The engine Spark: the marts that DuckDB makes, in local mode and on a Connect server, and what it says otherwise."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ionq_data.api import Client
from ionq_data.config import Account, ResultsFilter, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.warehouse import BuildFailed, BuildResult, build, publish
from ionq_data.warehouse.spark import _lines, _without_token, one_sentence, open_session
from tests.conftest import COST_CENTERS
from tests.truth.worlds import _budgets

ANCHOR = datetime(2026, 3, 24, 18, tzinfo=UTC)
ORGANIZATIONS: dict[str, dict[str, Any]] = {
    "may": {"seed": 31, "contract": "2026-05", "credits": True, "mean_fidelities": True},
    "october": {"seed": 32, "contract": "2026-10", "credits": True},
    "hostile": {"seed": 33, "contract": "2026-10", "credits": True, "hostile": True, "anomalies": True},
}
OF_ITS_ENGINE = "inputs_hash"
"""The one column that says something else on each engine."""


def test_says_what_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_version(name: str) -> str:
        if name == "dbt-spark":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr("ionq_data.warehouse.project.version", no_version)
    with pytest.raises(BuildFailed, match=r"The engine spark needs dbt-spark: run 'make spark'"):
        build(tmp_path / "data", lake_dir=tmp_path, engine="spark")


def test_builds_no_part(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="can only build everything"):
        build(tmp_path / "data", lake_dir=tmp_path, engine="spark", select=["fct_jobs"])


def test_an_error_is_a_sentence() -> None:
    said = (
        "[TABLE_OR_VIEW_NOT_FOUND] The table `x` cannot be found. SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]\n+- 'x"
    )
    assert one_sentence(ValueError(said)) == "[TABLE_OR_VIEW_NOT_FOUND] The table `x` cannot be found.; line 1 pos 14;."
    assert one_sentence(ValueError("")) == "ValueError."
    assert _without_token("sc://host:15002/;token=secret") == "sc://host:15002"


def test_lines_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "budgets.csv"
    file.write_text('# of this year\nmonth,budget,more\n2026-03,"1,000",x\n,5,\n')
    assert list(_lines(file, ("project_id", "month", "budget"))) == [(None, "2026-03", "1,000"), (None, None, "5")]


def write_organization(folder: Path, scenario: dict[str, Any]) -> None:
    settings = Settings(data_dir=folder, accounts=(Account(),), results=ResultsFilter(enabled=True))
    emulator = Emulator(Scenario(days=100, jobs=1_000, anchor=ANCHOR, **scenario))
    (folder / "cost_centers.csv").write_text(COST_CENTERS)
    _budgets(folder, emulator)
    clock = emulator.clock.now
    with emulator.serve() as server:

        def connect(_: Account) -> Client:
            return Client(server.base_url, api_key=server.api_key, clock=clock)

        sync(settings, Lake(settings.lake_dir), connect=connect, clock=clock, full=True)
    Lake(settings.lake_dir).ensure(["default"])


def built(organization: Path, data_dir: Path, engine: Any) -> BuildResult:
    result = build(
        data_dir,
        lake_dir=organization / "lake",
        budgets=organization / "budgets.csv",
        cost_centers=organization / "cost_centers.csv",
        engine=engine,
    )
    assert result.passed, result.explain()
    publish(data_dir)
    return result


def differences(one: Path, other: Path) -> list[str]:
    """Return the marts that are not equal row by row: numbers to 1e-9 of them, all else exactly."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        listed = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'main' order by 1"
        marts, others = (connection.execute(listed, [file]).fetchall() for file in ("one", "other"))
        assert marts == others
        return [mart for (mart,) in marts if not is_equal(connection, mart)]


def is_equal(connection: duckdb.DuckDBPyConnection, mart: str) -> bool:
    kinds = {name: kind for name, kind, *_ in connection.execute(f"describe one.main.{mart}").fetchall()}
    assert kinds == {name: kind for name, kind, *_ in connection.execute(f"describe other.main.{mart}").fetchall()}
    exact = [f'"{name}"' for name, kind in kinds.items() if kind != "DOUBLE" and name != OF_ITS_ENGINE]
    numbers = [f'"{name}"' for name, kind in kinds.items() if kind == "DOUBLE"]
    order = [*exact, *(f"round({number}, 3)" for number in numbers)]

    def rows(file: str) -> list[Any]:
        columns = ", ".join([*exact, *numbers])
        return connection.execute(f"select {columns} from {file}.main.{mart} order by {', '.join(order)}").fetchall()

    one, other = rows("one"), rows("other")
    return len(one) == len(other) and all(map(alike, one, other))


def alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        abs(a - b) <= 1e-9 * max(1, abs(a)) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other, strict=True)
    )


@pytest.fixture(scope="module")
def spark() -> None:
    needs_spark()


def needs_spark() -> None:
    if find_spec("pyspark") is None or subprocess.run(["java", "-version"], capture_output=True).returncode:
        pytest.skip("needs `make spark` and a Java runtime")


@pytest.fixture
def connect_server(spark: None, tmp_path: Path) -> Iterator[str]:
    """Spark in a process of its own, as a cluster answers."""
    import pyspark

    home = Path(pyspark.__file__).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "America/New_York",
    }
    command = [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += ["--master", "local[2]", *(text for item in options.items() for text in ("--conf", "=".join(item)))]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "spark-internal"],
            cwd=tmp_path,
            stdout=log,
            stderr=log,
            env=os.environ | {"SPARK_HOME": str(home)},
        )
    try:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", ORGANIZATIONS)
def test_every_mart_is_equal(spark: None, tmp_path: Path, name: str) -> None:
    write_organization(tmp_path, ORGANIZATIONS[name])
    built(tmp_path, tmp_path / "duckdb", "duckdb")
    built(tmp_path, tmp_path / "spark", "spark")
    files = [tmp_path / engine / "warehouse.duckdb" for engine in ("duckdb", "spark")]
    assert differences(*files) == []
    with duckdb.connect(str(files[1]), read_only=True) as connection:
        counts = {mart: connection.execute(f"select count(*) from {mart}").fetchall()[0][0] for mart in MUST_HAVE_ROWS}
    assert all(counts.values()), counts
    parquet = {file.stem for file in (tmp_path / "spark" / "marts").iterdir()}
    assert parquet >= MUST_HAVE_ROWS

    again = built(tmp_path, tmp_path / "spark", "spark")
    assert all(node.is_reused for node in again.nodes), "nothing has changed"
    built(tmp_path, tmp_path / "spark", "duckdb")  # another engine begins anew
    assert differences(*files) == []


MUST_HAVE_ROWS = {
    "fct_jobs",
    "fct_job_tags",
    "fidelity_trends",
    "fidelity_changes",
    "budget_status",
    "cost_audit",
    "cost_per_cost_center_monthly",
    "forecast_accuracy",
    "focus_cost_and_usage",
    "queue_forecast",
    "queue_time_daily",
    "session_utilization",
    "unit_costs_monthly",
}


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_on_a_connect_server(connect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_organization(tmp_path, ORGANIZATIONS["october"])
    built(tmp_path, tmp_path / "duckdb", "duckdb")
    monkeypatch.setenv("SPARK_REMOTE", connect_server)
    built(tmp_path, tmp_path / "spark", "spark")
    files = [tmp_path / engine / "warehouse.duckdb" for engine in ("duckdb", "spark")]
    assert differences(*files) == []


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_the_local_mode_starts_after_a_cluster(
    connect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_REMOTE", connect_server)
    with open_session(tmp_path / "cluster") as session:
        assert session.sql("select 1 as n").collect()[0].n == 1
    monkeypatch.delenv("SPARK_REMOTE")
    with open_session(tmp_path / "local") as session:
        assert session.sql("select 2 as n").collect()[0].n == 2


@pytest.mark.prove
def test_says_that_no_cluster_answers(spark: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_REMOTE", "sc://127.0.0.1:1/;token=secret")
    Lake(tmp_path / "lake").ensure(["default"])
    with pytest.raises(BuildFailed, match=r"^No Spark answers at SPARK_REMOTE=sc://127.0.0.1:1: ") as caught:
        build(tmp_path / "data", lake_dir=tmp_path / "lake", engine="spark")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
