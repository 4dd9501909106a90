"""Read the listing of jobs with dlt's REST source and write it as Parquet files, set up as dlt's guides recommend.

Recommended there for speed: orjson (which comes with dlt), records passed on by whole pages (which the REST source
does), as many normalize workers as cores, and intermediate files that are cut so that the workers have something to
share. ``--nested`` keeps nested objects as JSON instead of unpacking them into columns and tables.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "NORMALIZE__WORKERS": "2",
    "NORMALIZE__START_METHOD": "spawn",
    "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "25000",
    "EXTRACT__DATA_WRITER__BUFFER_MAX_ITEMS": "5000",
    "NORMALIZE__DATA_WRITER__BUFFER_MAX_ITEMS": "25000",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nested", action="store_true")
    asked = parser.parse_args()
    os.environ.update(SETTINGS | {"DLT_DATA_DIR": str(asked.folder / "dlt")})
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": asked.base_url,
                "auth": {
                    "type": "api_key",
                    "name": "Authorization",
                    "api_key": f"apiKey {os.environ['IONQ_API_KEY']}",
                    "location": "header",
                },
            },
            "resources": [
                {
                    "name": "jobs",
                    "primary_key": "id",
                    "write_disposition": "append",
                    "max_table_nesting": 0 if asked.nested else None,
                    "endpoint": {
                        "path": "jobs",
                        "params": {"limit": 100},
                        "data_selector": "jobs",
                        "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "next"},
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="jobs",
        pipelines_dir=str(asked.folder / "pipelines"),
        destination=dlt.destinations.filesystem(bucket_url=(asked.folder / "out").absolute().as_uri()),
        dataset_name="ionq",
    )
    begun = time.perf_counter()
    pipeline.run(source, loader_file_format="parquet").raise_on_failed_jobs()
    print(json.dumps({"seconds": time.perf_counter() - begun, **_written(asked.folder / "out", pipeline)}))


def _written(folder: Path, pipeline: Any) -> dict[str, Any]:
    files = list(folder.rglob("*.parquet"))
    rows = pipeline.last_trace.last_normalize_info.row_counts["jobs"]
    steps = {
        step.step: round((step.finished_at - step.started_at).total_seconds(), 1) for step in pipeline.last_trace.steps
    }
    return {"rows": rows, "megabytes": sum(file.stat().st_size for file in files) / 1e6, "steps": steps}


if __name__ == "__main__":
    main()
