"""The inputs of a build. The next build compares them with its own, and rebuilds only what a change reaches.

A model's *inputs* are its SQL, the files that it reads, and the *content* of the models that it reads. A model whose
inputs have not changed since the last build is left alone. A model that comes out with the same content changes
nothing downstream. If all that has changed is rows that a model reads by its key, it replaces only its rows with those
keys (:mod:`ionq_data.warehouse.changed_rows`). The file itself holds both hashes, in ``meta.nodes``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

_TABLE = """
    create schema if not exists meta;
    create or replace table meta.nodes (
        unique_id varchar, inputs varchar, content varchar, status varchar, failures bigint, message varchar
    );
    comment on table meta.nodes is 'What each model and test of the build was made of, and how it ended.';
"""


@dataclass(frozen=True)
class Made:
    """What a node of the last build was made of, and what came out.

    Attributes:
        inputs: hash of all its inputs.
        content: fingerprint of a model's rows.
    """

    inputs: str
    content: str
    status: str
    failures: int | None
    message: str | None


def read_made(connection: duckdb.DuckDBPyConnection) -> dict[str, Made]:
    """Return the last build's note on each node, by the node's unique id."""
    try:
        rows = connection.execute("select * from meta.nodes").fetchall()
    except duckdb.CatalogException:
        return {}
    return {unique_id: Made(*facts) for unique_id, *facts in rows}


def write_made(connection: duckdb.DuckDBPyConnection, made: Mapping[str, Made]) -> None:
    """Note the inputs and the content of each node in the file."""
    connection.execute(_TABLE)
    rows = [(i, m.inputs, m.content, m.status, m.failures, m.message) for i, m in made.items()]
    if rows:  # in one statement, by columns: one statement per row takes a second
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(
            "insert into meta.nodes select unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)", columns
        )


def hash_of(parts: Iterable[str]) -> str:
    """Return a hash of some texts (32 hex digits)."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()


def content_of(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """Return the number, the sum of the hashes, and a hash of the columns of some rows: the same in any order."""
    columns = connection.execute(f"describe select * from {rows} as rows").fetchall()  # noqa: S608
    found = connection.execute(f"select count(*), sum(hash(rows)::hugeint) from {rows} as rows").fetchall()  # noqa: S608
    count, total = found[0]
    return f"{count} {total or 0} {hash_of(f'{name} {kind}' for name, kind, *_ in columns)}"


def content_with(content: str, *, removed: str, added: str) -> str:
    """Return the content of a table after some rows were removed and some added, by the content of each."""
    (count, total, columns), gone, new = (part.split() for part in (content, removed, added))
    return f"{int(count) - int(gone[0]) + int(new[0])} {int(total) - int(gone[1]) + int(new[1])} {columns}"


def rows_in(content: str) -> int:
    """Return the number of rows of a table, by its content."""
    return int(content.split()[0])


def files_of(lake_dir: str | Path, resource: str) -> str | None:
    """Return a hash of the names, sizes and times of a resource's files; None for an object store.

    The lake's files never change, so this hash tells a restored or compacted lake from the one before.
    """
    if "://" in str(lake_dir):
        return None
    folder = Path(lake_dir) / resource
    files = sorted((path.relative_to(folder).as_posix(), path.stat()) for path in folder.rglob("*.parquet"))
    return hash_of(f"{name} {found.st_size} {found.st_mtime_ns}" for name, found in files)


def document_hash(file: Path) -> str:
    """Return a hash of a file's content; a file that is not there has one, too."""
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
    except FileNotFoundError:
        return "absent"
