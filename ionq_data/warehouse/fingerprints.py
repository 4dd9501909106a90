"""What a build was made of, so that the next one builds only what a change reaches.

A model's *inputs* are its SQL, the files that it reads, and the *content* of the models that it reads. A model whose
inputs are those of the last build is left as it stands; one that was built again to the same content changes nothing
downstream. Both are kept in the file itself, in ``meta.nodes``.
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
    """How a node of the last build came about and ended.

    Attributes:
        inputs: hash of all that it was made of.
        content: hash of a model's rows.
    """

    inputs: str
    content: str
    status: str
    failures: int | None
    message: str | None


def read_made(connection: duckdb.DuckDBPyConnection) -> dict[str, Made]:
    """Return what the last build noted in its file of each node, by the node's unique id."""
    try:
        rows = connection.execute("select * from meta.nodes").fetchall()
    except duckdb.CatalogException:
        return {}
    return {unique_id: Made(*facts) for unique_id, *facts in rows}


def write_made(connection: duckdb.DuckDBPyConnection, made: Mapping[str, Made]) -> None:
    """Note in the file what each node was made of."""
    connection.execute(_TABLE)
    rows = [(i, m.inputs, m.content, m.status, m.failures, m.message) for i, m in made.items()]
    if rows:  # as columns, in one statement: a statement a row takes a second
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


def content_of(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Return a hash of a table's rows, whatever their order, and of its columns."""
    columns = connection.execute(f"describe {relation}").fetchall()
    row = connection.execute(f"select count(*), sum(hash(rows)::hugeint) from {relation} as rows").fetchone()  # noqa: S608
    return hash_of([str(row), *(f"{name} {kind}" for name, kind, *_ in columns)])


def files_of(lake_dir: str | Path, resource: str) -> str | None:
    """Return a hash of which files a resource has in the lake; None if that cannot be told (an object store).

    The lake's files never change, so that names, sizes and times tell a restored or compacted lake from the one before.
    """
    if "://" in str(lake_dir):
        return None
    folder = Path(lake_dir) / resource
    files = sorted((path.relative_to(folder).as_posix(), path.stat()) for path in folder.rglob("*.parquet"))
    return hash_of(f"{name} {found.st_size} {found.st_mtime_ns}" for name, found in files)


def document_hash(file: Path) -> str:
    """Return a hash of what stands in a file; of one that is not there, too."""
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
    except FileNotFoundError:
        return "absent"
