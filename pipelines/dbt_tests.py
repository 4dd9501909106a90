"""Give every dbt test an asset to be a check of."""

from collections.abc import Iterable, Mapping
from typing import Any


def attach_tests(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest in which each test that reads several models belongs to the last of them in the lineage.

    dbt says whose a test is where it was made by a column's or a model's description, but not of one that is a file
    of SQL with several references. Dagster then shows no check.
    """
    nodes = {
        name: node | {"attached_node": _last(node["depends_on"]["nodes"], manifest)} if _is_loose(node) else node
        for name, node in manifest["nodes"].items()
    }
    return {**manifest, "nodes": nodes}


def _is_loose(node: Mapping[str, Any]) -> bool:
    reads_several = len(set(node.get("depends_on", {}).get("nodes", ()))) > 1
    return node["resource_type"] == "test" and not node.get("attached_node") and reads_several


def _last(models: Iterable[str], manifest: Mapping[str, Any]) -> str:
    """Return the model with the most ancestors: none of the others can be downstream of it."""
    return max(models, key=lambda model: len(_ancestors(model, manifest["parent_map"])))


def _ancestors(node: str, parents: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
