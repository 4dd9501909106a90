"""The current records of the lake as Polars lazy frames: nothing is read before a frame is collected."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from ionq_data.lake.lake import Lake
from ionq_data.lake.storage import LakeError
from ionq_data.resources import Resource
from ionq_data.resources.resource import ACCOUNT

_GLOBAL_KEYS = ("id", "job_id")
"""Keys from the API: two accounts that see the same key see the same record."""
_ORDER = ("_ordered_at", "_run_id")
"""The order of a record's versions, as ``lake.current`` has it in SQL."""
_SEES: Mapping[str, pl.Expr] = MappingProxyType(
    {
        "jobs": ~pl.col("_deleted").fill_null(value=False),
        "job_costs": pl.col("http_status") == 200,
        "job_results": pl.col("http_status") == 200,
    }
)
"""Whether an account still sees the record: it counts more than one for which the record is gone or refused."""


def scan_current(lake: Lake, resource: Resource) -> pl.LazyFrame:
    """Return the current version of each record of a resource, with a column ``account``.

    Raises:
        LakeError: the lake holds no file of the resource.
    """
    by_account = {account: lake.files(resource.name, account) for account in lake.accounts()}
    versions = [
        _scan(lake.local(files), resource).with_columns(pl.lit(account).alias(ACCOUNT))
        for account, files in by_account.items()
        if files
    ]
    if not versions:
        raise LakeError(
            f"The lake in {lake.root} has no {resource.name} yet. Run 'ionq-data sync', or 'ionq-data demo' if you "
            "have no account."
        )
    frame = pl.concat(versions).sort(*_ORDER).unique([ACCOUNT, *resource.key], keep="last")
    if resource.key[0] not in _GLOBAL_KEYS or len(versions) == 1:
        return frame
    sees = _SEES.get(resource.name, pl.lit(value=True)).fill_null(value=False)
    return frame.sort(sees, *_ORDER).unique(resource.key, keep="last")


def _scan(paths: list[str], resource: Resource) -> pl.LazyFrame:
    """Scan files of this release or an earlier one; a column that a file lacks is null."""
    schema = pl.from_arrow(resource.schema.empty_table())
    assert isinstance(schema, pl.DataFrame)
    versions = pl.scan_parquet(
        paths, schema=schema.schema, hive_partitioning=False, missing_columns="insert", extra_columns="ignore"
    )
    return versions.with_columns(pl.coalesce("_ordered_at", "_extracted_at").alias("_ordered_at"))
