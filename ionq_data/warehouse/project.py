"""The dbt project: its place, its present state, and its compiled form."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import duckdb

from ionq_data.warehouse.dbt_process import run_dbt
from ionq_data.warehouse.errors import BuildFailed
from ionq_data.warehouse.graph import ONLY_SOME_ROWS, Graph, placeholder, read_graph, read_manifest
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold

_WAIT_SECONDS = 600
_MADE_BY_DBT = {"target", "logs", "dbt_packages", ".user.yml"}
_MANIFEST = "manifest.json"
Engine = Literal["duckdb", "spark"]
"""The engines that can run the SQL."""
_SPARKS = {"spark": ("dbt-spark", "pyspark")}
_CHANGES = "changes"
"""The folder of the incremental models that dbt compiled for a build on top of the last one."""


def sql_dir() -> Path:
    """Return the folder of the dbt project: ``IONQ_DATA_SQL``, or the one that came with the package.

    Raises:
        BuildFailed: there is none.
    """
    package = Path(__file__).parents[1]
    places = [package.parent / "sql", package / "sql"]  # in a checkout, in an installed package
    if named := os.environ.get("IONQ_DATA_SQL"):
        places = [Path(named).absolute()]
    for place in places:
        if (place / "dbt_project.yml").is_file():
            return place
    looked = " or ".join(str(place) for place in places)
    raise BuildFailed(f"No dbt project in {looked}. Set IONQ_DATA_SQL to the folder that holds dbt_project.yml.")


def project_hash(project: Path, engine: Engine = "duckdb") -> str:
    """Return a hash of the dbt project's files and of dbt's versions: the inputs of a build beside the lake."""
    digest = hashlib.blake2b(digest_size=8)
    for distribution in ("dbt-core", "dbt-duckdb", "duckdb", *_SPARKS.get(engine, ())):
        digest.update(f"{distribution}={version(distribution)}\n".encode())
    for file in sorted(p for p in project.rglob("*") if p.is_file()):
        relative = file.relative_to(project)
        if not _MADE_BY_DBT.intersection(relative.parts):
            digest.update(f"{relative.as_posix()}\n".encode())
            digest.update(hashlib.blake2b(file.read_bytes(), digest_size=16).digest())
    return digest.hexdigest()


def places(data_dir: Path, *, lake_dir: str | Path, budgets: Path | None) -> dict[str, str]:
    """Return the paths that the project reads beside its own files, by the environment variable that names each."""
    lake = str(lake_dir) if "://" in str(lake_dir) else str(Path(lake_dir).absolute())
    named = {"IONQ_DATA_BUDGETS": str(budgets.absolute())} if budgets else {}
    rules = str(Layout(data_dir.absolute()).cost_centers)
    return {"IONQ_DATA_LAKE": lake, "IONQ_DATA_COST_CENTERS": rules} | named


@dataclass(frozen=True)
class Compiled:
    """The project as dbt compiled it, in a folder of its own, with placeholders for the paths in its SQL.

    So one compilation serves every data directory. It is made once for each state of the project, and kept.
    """

    folder: Path
    project_hash: str

    @property
    def manifest(self) -> Path:
        """dbt's manifest."""
        return self.folder / _MANIFEST

    def graph(self, paths: Mapping[str, str]) -> Graph:
        """Return the models and tests, with the paths of :func:`places` in their SQL."""
        changes = self.folder / _CHANGES / _MANIFEST
        return read_graph(read_manifest(self.manifest), read_manifest(changes) if changes.exists() else {}, paths)


def compile_project(data_dir: Path, paths: Mapping[str, str], engine: Engine = "duckdb") -> Compiled:
    """Return the compiled project; compile it first if that has not been done.

    The compiled project lies beside the project if that folder can be written, else below the data directory.

    Raises:
        BuildFailed: dbt cannot read the project; the message repeats what dbt said.
        WarehouseBusy: another process did not finish compiling it in time.
    """
    project = sql_dir()
    try:
        digest = project_hash(project, engine)
    except PackageNotFoundError as error:
        raise BuildFailed(
            f"The engine {engine} needs {error.name}: run 'make {engine}', or install ionq-data[{engine}]."
        ) from error
    kept = _folder(project, Layout(data_dir).builds)
    if engine != "duckdb":
        kept = kept.with_name(f"{kept.name}-{engine}")
    # a model may read a file only if the settings name one, so these names are part of the compiled SQL
    compiled = Compiled(kept / "-".join([digest, *sorted(name.removeprefix("IONQ_DATA_") for name in paths)]), digest)
    if not compiled.manifest.is_file():
        with hold(kept / "compile.lock", purpose="compiling the dbt project", wait_seconds=_WAIT_SECONDS) as lock:
            if not compiled.manifest.is_file():  # otherwise another process has compiled it meanwhile
                private = kept / "compiling"
                _compile(project, private, paths, engine, lock)
                shutil.rmtree(compiled.folder, ignore_errors=True)
                private.rename(compiled.folder)
            for other in kept.iterdir():
                if other.is_dir() and not other.name.startswith(digest):
                    shutil.rmtree(other, ignore_errors=True)
    return compiled


def manifest_path(data_dir: Path, *, lake_dir: str | Path, budgets: Path | None = None) -> Path:
    """Return the dbt manifest of the project in its present state."""
    return compile_project(data_dir, places(data_dir, lake_dir=lake_dir, budgets=budgets)).manifest


def _folder(project: Path, builds: Path) -> Path:
    beside = project / "target" / "compiled"
    try:
        beside.mkdir(parents=True, exist_ok=True)
    except OSError:
        beside = project
    return beside if beside.name == "compiled" and os.access(beside, os.W_OK) else builds / "compiled"


def _compile(project: Path, folder: Path, paths: Mapping[str, str], engine: Engine, lock: int) -> None:
    """Compile everything for a build from scratch, then the incremental models for a build on top of the last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    variables = {name: placeholder(name) for name in (*paths, ONLY_SOME_ROWS)}
    variables["IONQ_DATA_BUILD"] = str(folder / WAREHOUSE_FILE)
    arguments = ["compile", "--full-refresh", "--exclude", "resource_type:unit_test"]
    if engine == "spark":  # Spark has no file to look into, and builds from scratch
        _run([*arguments, "--target", engine, "--no-populate-cache"], project, folder, variables, lock)
        return
    _run(arguments, project, folder, variables, lock)
    incremental = [
        node["relation_name"]
        for node in read_manifest(folder / _MANIFEST)["nodes"].values()
        if node["config"]["materialized"] == "incremental"
    ]
    if incremental:
        (folder / _CHANGES).mkdir()
        shutil.copyfile(folder / "partial_parse.msgpack", folder / _CHANGES / "partial_parse.msgpack")
        _create_empty(folder / WAREHOUSE_FILE, incremental)
        arguments = ["compile", "--select", "config.materialized:incremental"]
        _run(arguments, project, folder / _CHANGES, variables, lock)
    (folder / WAREHOUSE_FILE).unlink(missing_ok=True)


def _run(arguments: list[str], project: Path, folder: Path, variables: Mapping[str, str], lock: int) -> None:
    places = {"DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
    outcome = run_dbt(arguments, project=project, environment=places | dict(variables), locks=[lock])
    if outcome.exit_code != 0:
        raise BuildFailed(f"dbt cannot read the project in {project}: {outcome.summary}")


def _create_empty(file: Path, relations: list[str]) -> None:
    """Create the tables that a last build would leave: dbt looks whether they are there when it compiles."""
    with duckdb.connect(str(file)) as connection:
        for relation in relations:
            connection.execute(f"create schema if not exists {relation.rpartition('.')[0]}")
            connection.execute(f"create table {relation} (nothing boolean)")
