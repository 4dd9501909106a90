"""The current records of the lake. A small DuckDB answers each question over the files that it concerns.

The current version of a key is the one with the greatest ``NEWEST``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from ionq_data.lake.lake import Lake
from ionq_data.lake.query import add_view, open_query
from ionq_data.lake.versions import Versions
from ionq_data.resources import Resource
from ionq_data.resources.jobs import JOBS

ORDERED_AT = "coalesce(_ordered_at, _extracted_at)"
NEWEST = f"({ORDERED_AT}, _run_id)"
"""The order of a record's versions: the greatest is the current one. SQL, for ``arg_max`` and ``order by``.

``_ordered_at`` is ``_extracted_at``, or later if an earlier clock ran ahead; release 0.1.0 did not write it.
"""


def load_versions(
    lake: Lake, versions: Versions, resource: Resource, account: str, partitions: Iterable[str] | None = None
) -> None:
    """Add the current version of each key in some partitions (or all) to an index, a partition in memory at a time."""
    if resource.partition:
        for month in _months(lake, resource.name, account) if partitions is None else sorted(set(partitions)):
            _load_files(lake, versions, resource, lake.files(resource.name, account, [month]))
    else:
        _load_files(lake, versions, resource, lake.files(resource.name, account))


def _load_files(lake: Lake, versions: Versions, resource: Resource, files: list[str]) -> None:
    if not files:
        return
    deleted = "_deleted" if resource.deletable else "false"
    with open_query() as query:
        add_view(query, "versions", lake.local(files), resource.schema)
        found = query.execute(
            f"""
            select
                md5_number_lower({_key_text(resource)}) as key,
                arg_max(('0x' || left(_hash, 16))::ubigint, {NEWEST}) as hash,
                arg_max({deleted}, {NEWEST}) as deleted,
                epoch_us(max({ORDERED_AT})) as ordered_at
            from versions
            group by all
            """  # noqa: S608  the names are the registry's, not the API's
        ).fetchnumpy()
    versions.load(
        np.asarray(found["key"], np.uint64),
        np.asarray(found["hash"], np.uint64),
        np.asarray(found["deleted"], np.bool_),
        np.asarray(found["ordered_at"], np.int64),
    )


def current_rows(
    lake: Lake,
    resource: Resource,
    account: str,
    keys: Iterable[int],
    partitions: Iterable[str] | None = None,
    columns: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """Return the current version of some keys (given by their digests) as rows of the resource's schema."""
    files = lake.files(resource.name, account, partitions)
    wanted = pa.table({"digest": pa.array(sorted(keys), pa.uint64())})
    if not files or not wanted.num_rows:
        return []
    with open_query() as query:
        add_view(query, "versions", lake.local(files), resource.schema)
        query.register("wanted", wanted)
        query.execute(
            f"""
            select {", ".join(f'"{name}"' for name in columns) or "*"}
            from versions
            where md5_number_lower({_key_text(resource)}) in (select digest from wanted)
            qualify row_number() over (
                partition by {", ".join(key_columns(resource))}
                order by {NEWEST} desc
            ) = 1
            """  # noqa: S608  the names are the registry's, not the API's
        )
        names = [column[0] for column in query.description]
        return [dict(zip(names, row, strict=True)) for row in query.fetchall()]


def key_columns(resource: Resource) -> list[str]:
    """Return SQL for each column of the key; it also works for files from before the column existed."""

    def column(name: str) -> str:
        older = ", ".join(f"nullif({part}, '')" for part in resource.older_key.get(name, ()))
        return f"""coalesce("{name}", concat_ws('/', {older}))""" if older else f'"{name}"'

    return [column(name) for name in resource.key]


def _key_text(resource: Resource) -> str:
    return " || chr(31) || ".join(f"{column}::varchar" for column in key_columns(resource))


def current_jobs(lake: Lake, account: str) -> Iterator[dict[str, Any]]:
    """Return the current version of every job of an account, a month in memory at a time, without ``_raw``."""
    for month in _months(lake, JOBS.name, account):
        with open_query() as query:
            add_view(query, "versions", lake.local(lake.files(JOBS.name, account, [month])), JOBS.schema)
            query.execute(
                f"""
                select * exclude (_raw)
                from versions
                qualify row_number() over (partition by id order by {NEWEST} desc) = 1
                """  # noqa: S608  a constant
            )
            names = [column[0] for column in query.description]
            while rows := query.fetchmany(1_000):
                yield from (dict(zip(names, row, strict=True)) for row in rows)


def known_values(
    lake: Lake, resource: Resource, account: str, column: str, where: tuple[str, str] | None = None
) -> set[str]:
    """Return the distinct texts that a column has ever had; ``a.b`` is the member ``b`` of a list of objects."""
    files = lake.files(resource.name, account)
    outer, _, member = column.partition(".")
    values = f'unnest("{outer}").{member}' if member else f'"{outer}"'
    if not files:
        return set()
    with open_query() as query:
        add_view(query, "versions", lake.local(files), resource.schema)
        condition = f'where "{where[0]}" = $value' if where else "where $value is null"
        found = query.execute(
            f"select distinct {values} from versions {condition}",  # noqa: S608  the names are the registry's
            {"value": where[1] if where else None},
        )
        return {row[0] for row in found.fetchall() if row[0] is not None}


def _months(lake: Lake, resource: str, account: str) -> list[str]:
    names = lake.files(resource, account)
    return sorted({name.split("/")[2].partition("=")[2] for name in names})
