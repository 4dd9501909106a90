"""What Dagster loads, by ``workspace.yaml``."""

from ionq_data.config import load_settings
from pipelines.graph import build_definitions

defs = build_definitions(load_settings())
