"""Attach every dbt test to an asset, so that Dagster can show it as a check."""

from collections.abc import Iterable, Mapping
from typing import Any


def attach_tests(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest in which each test that reads several models belongs to the last of them in the lineage.

    dbt names the model of a test that comes from a model's or a column's description. It names none for a test that is
    a SQL file with several references, and Dagster then shows no check.
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
    """Return the model with the most ancestors; no other one can be downstream of it."""
    return max(models, key=lambda model: len(_ancestors(model, manifest["parent_map"])))


def _ancestors(node: str, parents: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
