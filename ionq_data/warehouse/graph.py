"""The project as dbt compiled it: the SQL of each model and test, in an order in which they can run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec

from ionq_data.warehouse.errors import BuildFailed

MATERIALIZATIONS = {"table", "view", "incremental"}
ROWS_TO_BUILD = "rows_to_build"
"""The table with the keys of the rows that a build replaces, as ``row_key``."""
ONLY_SOME_ROWS = "IONQ_DATA_ROWS_TO_BUILD"
"""The variable of the project that filters the rows of a model (``sql/macros/rows_to_build.sql``)."""
_TEST_DEFAULTS = {"fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0", "limit": None, "where": None}


@dataclass(frozen=True)
class Model:
    """The SQL of a model.

    Attributes:
        unique_id: dbt's name for it, such as ``model.ionq_data.fct_jobs``.
        relation: its table as SQL names it.
        parents: the unique ids of the models and sources that it reads.
        comments: what each column means, by its name.
        key: the column that names a row.
        changes_sql: for an incremental model, the query for the rows that have changed since the last build; a row with
            null in ``hash_column`` stands for a record that has gone.
        row_parents: the models whose rows it reads by its key alone: if nothing but those has changed, only the rows
            with the same keys can have.
        rows_sql: for a model with such parents, the query for the rows with those keys; an incremental model returns of
            these what has changed.
        rows_together: the column that tells which rows belong together, so that a model that reads one of them reads
            the others, too.
    """

    unique_id: str
    name: str
    relation: str
    materialized: str
    sql: str
    parents: tuple[str, ...]
    comment: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    changes_sql: str = ""
    hash_column: str = ""
    row_parents: tuple[str, ...] = ()
    rows_sql: str = ""
    rows_together: str = ""


@dataclass(frozen=True)
class Test:
    """The SQL of a test, which returns the rows that fail; ``warns`` if a failure does not hold up a build."""

    unique_id: str
    name: str
    sql: str
    parents: tuple[str, ...]
    warns: bool = False


@dataclass(frozen=True)
class Graph:
    """Models and tests: each model comes after those that it reads, each test right after the last model it reads."""

    nodes: tuple[Model | Test, ...]

    def select(self, names: Iterable[str]) -> Graph:
        """Return the named models with the tests that read any of them, and the named tests.

        Raises:
            BuildFailed: a name belongs to no model or test.
        """
        wanted = set(names)
        if unknown := wanted - {node.name for node in self.nodes}:
            raise BuildFailed(f"The project has no model or test called {', '.join(sorted(unknown))}.")
        models = {node.unique_id for node in self.nodes if isinstance(node, Model) and node.name in wanted}

        def is_chosen(node: Model | Test) -> bool:
            return node.name in wanted or (isinstance(node, Test) and not models.isdisjoint(node.parents))

        return Graph(tuple(node for node in self.nodes if is_chosen(node)))


def read_graph(manifest: Mapping[str, Any], changes: Mapping[str, Any], paths: Mapping[str, str]) -> Graph:
    """Return the graph of a compiled project.

    Args:
        manifest: dbt's manifest of the project, compiled for a build from scratch.
        changes: dbt's manifest of the project, compiled for a build on top of the last one.
        paths: the files and folders that the SQL reads, by the environment variable that names them in the project.

    Raises:
        BuildFailed: a model or test uses a feature of dbt that a build does not know.
    """
    nodes = {
        unique_id: _read_node(node, changes.get("nodes", {}).get(unique_id, {}), paths, manifest["nodes"])
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] != "unit_test"
    }
    order = TopologicalSorter({i: [p for p in n.parents if p in nodes] for i, n in nodes.items() if _is_model(n)})
    models = [nodes[unique_id] for unique_id in order.static_order()]
    position = {node.unique_id: number for number, node in enumerate(models)}
    tests = [node for node in nodes.values() if isinstance(node, Test)]

    def place(node: Model | Test) -> tuple[int, bool, str]:
        if isinstance(node, Model):
            return position[node.unique_id], False, ""
        return max((position.get(parent, -1) for parent in node.parents), default=-1), True, node.unique_id

    return Graph(tuple(sorted([*models, *tests], key=place)))


def _is_model(node: Model | Test) -> bool:
    return isinstance(node, Model)


def _read_node(
    node: Mapping[str, Any], incremental: Mapping[str, Any], paths: Mapping[str, str], nodes: Mapping[str, Any]
) -> Model | Test:
    unique_id, name, config = node["unique_id"], node["name"], node["config"]
    parents = tuple(dict.fromkeys(node["depends_on"]["nodes"]))
    if node["resource_type"] == "test":
        if changed := [key for key, value in _TEST_DEFAULTS.items() if config.get(key, value) != value]:
            raise BuildFailed(f"Test {name} sets {', '.join(changed)}, which a build does not support.")
        warns = config["severity"].lower() == "warn"
        return Test(unique_id, name, _located(node["compiled_code"], paths), parents, warns)
    if node["resource_type"] != "model" or config["materialized"] not in MATERIALIZATIONS:
        kind = config.get("materialized", node["resource_type"])
        raise BuildFailed(f"{name} is materialized as {kind}; a build supports {', '.join(sorted(MATERIALIZATIONS))}.")
    if config.get("pre-hook") or config.get("post-hook"):
        raise BuildFailed(f"Model {name} has a hook, which a build does not support.")
    if placeholder("IONQ_DATA_LAKE") in node["compiled_code"] and not any(
        parent.startswith("source.") for parent in parents
    ):
        raise BuildFailed(f"Model {name} reads the lake past its sources, so that a build cannot see what has changed.")
    sql, key = _located(node["compiled_code"], paths), _key(node)
    changes = _located(incremental.get("compiled_code", ""), paths) if config["materialized"] == "incremental" else ""
    row_parents = tuple(
        parent for parent in parents if parent in nodes and _reads_rows(f"{sql} {changes}", node, nodes[parent])
    )
    some_rows = f"where {key} in (select row_key from {ROWS_TO_BUILD})"  # noqa: S608
    return Model(
        unique_id,
        name,
        node["relation_name"],
        config["materialized"],
        sql.replace(placeholder(ONLY_SOME_ROWS), ""),
        parents,
        node["description"].strip(),
        {column: facts["description"].strip() for column, facts in node["columns"].items() if facts["description"]},
        key,
        changes.replace(placeholder(ONLY_SOME_ROWS), ""),
        config.get("hash_column") or "",
        row_parents,
        (changes or sql).replace(placeholder(ONLY_SOME_ROWS), some_rows) if row_parents else "",
        config["meta"].get("rows_together", ""),
    )


def _key(node: Mapping[str, Any]) -> str:
    config = node["config"]
    return str(config.get("unique_key") or config["meta"].get("row_key", ""))


def _reads_rows(sql: str, node: Mapping[str, Any], parent: Mapping[str, Any]) -> bool:
    """Tell whether a model reads another by its own key alone: wherever it names that, a build can filter the rows."""
    relation = parent["relation_name"]
    filtered = sql.count(f"{relation} {placeholder(ONLY_SOME_ROWS)}")
    return bool(filtered) and filtered == sql.count(relation) and _key(node) == _key(parent)


def _located(sql: str, paths: Mapping[str, str]) -> str:
    for name, path in paths.items():
        sql = sql.replace(placeholder(name), path.replace("'", "''"))
    return sql


def placeholder(variable: str) -> str:
    """Return the placeholder in the compiled SQL for the path that an environment variable of the project names."""
    return f"__{variable}__"


@lru_cache(maxsize=4)
def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return a manifest of dbt; each is read once per process."""
    manifest: Mapping[str, Any] = msgspec.json.decode(path.read_bytes())
    return manifest
