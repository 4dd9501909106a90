"""Write the data dictionary from the descriptions beside the models.

``python -m ionq_data.warehouse.dictionary`` writes ``docs/data-dictionary.md``; with ``--check`` it only tells whether
that file still agrees with the descriptions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ionq_data.warehouse.project import sql_dir

_TITLE = """# Data dictionary

This page describes each table of `warehouse.duckdb` (and each file of `marts/`), with one section per mart and one line
per column. Times are UTC, money is `DECIMAL` in the currency beside it, and a column's unit is in its name.

It is generated from the descriptions beside the models in `sql/models/`; change them there and run `make dictionary`.
"""
_FAMILIES = {
    "core": "Jobs, backends, projects and users",
    "cost": "Cost",
    "fidelity": "Fidelity",
    "queue": "Queue times",
    "operations": "Operation",
}


def data_dictionary(project: Path) -> str:
    """Return the dictionary of all marts of a dbt project as Markdown."""
    families = {family: sorted(_models(project / "models" / "marts" / family)) for family in _FAMILIES}
    parts = [_TITLE, "| mart | one row per |\n|---|---|"]
    parts += [
        f"| [`{name}`](#{name}) | {_first_sentence(model)} |" for models in families.values() for name, model in models
    ]
    for family, models in families.items():
        parts.append(f"\n## {_FAMILIES[family]}")
        for name, model in models:
            rows = [f"| `{c['name']}` | {_line(c.get('description', ''))} |" for c in model.get("columns", [])]
            parts.append(f"\n### {name}\n\n{_line(model['description'])}\n\n| column | meaning |\n|---|---|")
            parts += rows
    return "\n".join(parts) + "\n"


def _models(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in folder.glob("*.yml"):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            yield model["name"], model


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _first_sentence(model: dict[str, Any]) -> str:
    text = _line(model["description"])
    return text.removeprefix("One row per ").removeprefix("1 row per ").split(". ")[0].rstrip(".")


def main(arguments: list[str]) -> int:
    """Write or check ``docs/data-dictionary.md``; return 1 if it is stale."""
    project = sql_dir()
    path = project.parent / "docs" / "data-dictionary.md"
    text = data_dictionary(project)
    if "--check" in arguments:
        if path.exists() and path.read_text() == text:
            return 0
        sys.stderr.write(f"{path.name} does not match the models: run `make dictionary`\n")
        return 1
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
