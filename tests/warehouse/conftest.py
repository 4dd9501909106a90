"""A dbt project of two models and a lake of one file, small enough to be built in each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
JOBS = 'select id, shots from read_parquet(\'{{ env_var("IONQ_DATA_LAKE", "lake") }}/jobs/*.parquet\')'
TOTALS = "select count(*) as jobs, sum(shots) as shots from {{ ref('fct_jobs') }}"
TESTS = """
models:
  - name: fct_jobs
    columns:
      - {name: id, data_tests: [unique, {not_null: {config: {severity: warn}}}]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dbt project; ``fct_jobs`` fails its test where an id is there twice and warns where it is null."""
    folder = tmp_path / "sql"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "models" / "fct_jobs.sql").write_text(JOBS)
    (folder / "models" / "totals.sql").write_text(TOTALS)
    (folder / "models" / "models.yml").write_text(TESTS)
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
