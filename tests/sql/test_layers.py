"""Data flows one way through the models: sources, staging, intermediate, marts."""

from __future__ import annotations

import re
from pathlib import Path

MODELS = Path(__file__).parents[2] / "sql" / "models"
LAYERS = ("staging", "intermediate", "marts")
REFERENCE = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")


def test_no_model_reads_a_later_layer() -> None:
    layer = {path.stem: path.relative_to(MODELS).parts[0] for path in MODELS.rglob("*.sql")}
    read = {(path.stem, name) for path in MODELS.rglob("*.sql") for name in REFERENCE.findall(path.read_text())}
    assert len(read) > 100
    assert [
        (reader, name) for reader, name in sorted(read) if LAYERS.index(layer[name]) > LAYERS.index(layer[reader])
    ] == []
