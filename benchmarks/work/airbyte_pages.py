"""Read the listing of jobs with Airbyte's low-code reader and write it as Parquet with PyArrow.

The source is a manifest, as its connector builder makes one. Run by an interpreter that has ``airbyte-cdk`` and
``pyarrow`` and nothing of ionq-data.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

from benchmarks.work.arrow_rows import write


def manifest(base_url: str, api_key: str) -> dict[str, Any]:
    """Return the source's description."""
    key = {"type": "RequestOption", "inject_into": "header", "field_name": "Authorization"}
    requester = {
        "type": "HttpRequester", "url_base": base_url, "path": "/jobs", "request_parameters": {"limit": "100"},
        "authenticator": {"type": "ApiKeyAuthenticator", "api_token": f"apiKey {api_key}", "inject_into": key},
    }  # fmt: skip
    paginator = {
        "type": "DefaultPaginator",
        "page_token_option": {"type": "RequestOption", "inject_into": "request_parameter", "field_name": "next"},
        "pagination_strategy": {
            "type": "CursorPagination",
            "cursor_value": "{{ response.next }}",
            "stop_condition": "{{ not response.next }}",
        },
    }
    selector = {"type": "RecordSelector", "extractor": {"type": "DpathExtractor", "field_path": ["jobs"]}}
    retriever = {"type": "SimpleRetriever", "requester": requester, "record_selector": selector, "paginator": paginator}
    schema = {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}}
    stream = {
        "type": "DeclarativeStream", "name": "jobs", "primary_key": ["id"], "schema_loader": schema,
        "retriever": retriever,
    }  # fmt: skip
    return {
        "version": "7.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["jobs"]},
        "streams": [stream],
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
    }


def records(described: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the records of the source's only stream."""
    stream = AirbyteStream(name="jobs", json_schema={}, supported_sync_modes=[SyncMode.full_refresh])
    asked = ConfiguredAirbyteStream(stream, SyncMode.full_refresh, DestinationSyncMode.append)
    catalog = ConfiguredAirbyteCatalog(streams=[asked])
    source = ConcurrentDeclarativeSource(catalog=catalog, config={}, source_config=described)
    messages = source.read(logging.getLogger("airbyte"), {}, catalog)
    return (message.record.data for message in messages if message.record)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    logging.disable(logging.INFO)
    begun = time.perf_counter()
    rows = write(records(manifest(asked.base_url, os.environ["IONQ_API_KEY"])), asked.file)
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": rows}))


if __name__ == "__main__":
    main()
