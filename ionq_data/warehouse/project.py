"""The dbt project: where it lies, what it says now, and the manifest that dbt makes of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ionq_data.warehouse.dbt_process import run_dbt
from ionq_data.warehouse.errors import BuildFailed
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold

PARSED = ("manifest.json", "partial_parse.msgpack")
_WAIT_SECONDS = 600
_MADE_BY_DBT = {"target", "logs", "dbt_packages", ".user.yml"}


def sql_dir() -> Path:
    """Return the folder of the dbt project: ``IONQ_DATA_SQL``, or the one that came with the package.

    Raises:
        BuildFailed: there is none.
    """
    package = Path(__file__).parents[1]
    places = [package.parent / "sql", package / "sql"]  # a checkout, an installed package
    if named := os.environ.get("IONQ_DATA_SQL"):
        places = [Path(named).absolute()]
    for place in places:
        if (place / "dbt_project.yml").is_file():
            return place
    looked = " or ".join(str(place) for place in places)
    raise BuildFailed(f"No dbt project in {looked}. Set IONQ_DATA_SQL to the folder that holds dbt_project.yml.")


def project_hash(project: Path) -> str:
    """Return a hash of the dbt project's files and of dbt's versions: what a build is made of beside the lake."""
    digest = hashlib.blake2b(digest_size=8)
    for distribution in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(f"{distribution}={version(distribution)}\n".encode())
    for file in sorted(p for p in project.rglob("*") if p.is_file()):
        relative = file.relative_to(project)
        if not _MADE_BY_DBT.intersection(relative.parts):
            digest.update(f"{relative.as_posix()}\n".encode())
            digest.update(hashlib.blake2b(file.read_bytes(), digest_size=16).digest())
    return digest.hexdigest()


def environment(data_dir: Path, *, lake_dir: str | Path, budgets: Path | None, target: Path) -> dict[str, str]:
    """Return the environment variables that the dbt project and dbt itself read.

    The same values for parsing and building: dbt throws away what it parsed when one of them differs.
    """
    lake = str(lake_dir) if "://" in str(lake_dir) else str(Path(lake_dir).absolute())
    named = {"IONQ_DATA_BUDGETS": str(budgets.absolute())} if budgets else {}
    return named | {
        "IONQ_DATA_LAKE": lake,
        "IONQ_DATA_BUILD": str(Layout(data_dir.absolute()).current / WAREHOUSE_FILE),
        "IONQ_DATA_COST_CENTERS": str(Layout(data_dir.absolute()).cost_centers),
        "DBT_TARGET_PATH": str(target.absolute()),
        "DBT_LOG_PATH": str(target.absolute()),
    }


def manifest_path(data_dir: Path, *, lake_dir: str | Path, budgets: Path | None = None) -> Path:
    """Return the dbt manifest of the project as it is now, parsing the project if it changed.

    The manifest is kept below the data directory, in a folder named for the project's hash.

    Raises:
        BuildFailed: dbt cannot read the project; the message repeats what dbt said.
        WarehouseBusy: another process did not finish reading it in time.
    """
    project = sql_dir()
    builds = Layout(data_dir).builds
    folder = builds / f"dbt-{project_hash(project)}"
    manifest = folder / PARSED[0]
    if not manifest.is_file():
        with hold(builds / "parse.lock", purpose="reading the dbt project", wait_seconds=_WAIT_SECONDS) as lock:
            if not manifest.is_file():  # else another process has read it meanwhile
                private = builds / "parsing"
                variables = environment(data_dir, lake_dir=lake_dir, budgets=budgets, target=private)
                _parse(project, private, variables, lock)
                shutil.rmtree(folder, ignore_errors=True)
                private.rename(folder)
            for other in builds.glob("dbt-*"):
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
    return manifest


def _parse(project: Path, folder: Path, variables: Mapping[str, str], lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outcome = run_dbt(["parse"], project=project, environment=variables, locks=[lock])
    if outcome.exit_code != 0:
        raise BuildFailed(f"dbt cannot read the project in {project}: {outcome.summary}")


@cache
def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return the manifest at ``path``, read once per process."""
    manifest: Mapping[str, Any] = json.loads(path.read_bytes())
    return manifest


def has_incremental_models(manifest: Mapping[str, Any]) -> bool:
    """Tell whether a model builds on what the last build left, so that the build must start from a copy of it."""
    return any(
        node["resource_type"] in {"model", "snapshot"} and node["config"]["materialized"] in {"incremental", "snapshot"}
        for node in manifest["nodes"].values()
    )
