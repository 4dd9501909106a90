"""A dbt project of two models and a lake of one file, small enough to be built in each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ionq_data.warehouse import manifest_path

PROJECT = """
name: tiny
version: 0.1.0
profile: tiny
models: {tiny: {+materialized: table}}
"""
PROFILES = """
tiny:
  target: build
  outputs:
    build: {type: duckdb, path: "{{ env_var('IONQ_DATA_BUILD', 'build.duckdb') }}", threads: 1}
"""
JOBS = "select id, shots from {{ source('lake', 'jobs') }}"
SOURCES = """
sources:
  - name: lake
    tables:
      - name: jobs
        config:
          meta:
            external_location: read_parquet('{{ env_var("IONQ_DATA_LAKE", "lake") }}/jobs/*.parquet')
"""
TOTALS = "select count(*) as jobs, sum(shots) as shots from {{ ref('fct_jobs') }}"
TESTS = """
models:
  - name: fct_jobs
    columns:
      - {name: id, data_tests: [unique, {not_null: {config: {severity: warn}}}]}
"""


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project, compiled: a copy of it that nobody changes need not be compiled again."""
    folder = tmp_path_factory.mktemp("tiny") / "sql"
    write_project(folder, {"fct_jobs.sql": JOBS, "totals.sql": TOTALS, "models.yml": TESTS, "sources.yml": SOURCES})
    return folder


def write_project(folder: Path, models: Mapping[str, str]) -> None:
    """Write a dbt project of some models and have dbt compile it."""
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILES)
    for name, text in models.items():
        (folder / "models" / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IONQ_DATA_SQL", str(folder))
        manifest_path(folder, lake_dir=folder)


@pytest.fixture
def project(compiled_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dbt project; ``fct_jobs`` fails its test where an id is there twice and warns where it is null."""
    folder = tmp_path / "sql"
    shutil.copytree(compiled_project, folder)
    monkeypatch.setenv("IONQ_DATA_SQL", str(folder))
    return folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def put_jobs(data_dir: Path) -> Callable[..., Path]:
    """Write the lake's jobs anew; returns the lake's folder."""

    def put(*ids: str | None, shots: int = 100) -> Path:
        folder = data_dir / "lake" / "jobs"
        folder.mkdir(parents=True, exist_ok=True)
        table = pa.table({"id": pa.array(ids, pa.string()), "shots": pa.array([shots] * len(ids), pa.int64())})
        pq.write_table(table, folder / "1.parquet")
        return data_dir / "lake"

    return put
