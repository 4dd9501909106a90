"""What has been copied and built, for Python: marts and SQL as Polars data frames, records as lazy frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from ionq_data.config import Settings, load_settings
from ionq_data.lake.frames import scan_current
from ionq_data.lake.location import open_lake
from ionq_data.resources import RESOURCES
from ionq_data.warehouse import connect
from ionq_data.warehouse.marts import mart_names


class UnknownName(LookupError):
    """No mart or resource has this name; the message says which do."""


@dataclass(frozen=True)
class Site:
    """One data directory: its lake and its published warehouse. `ionq_data.open` makes it.

    A method reads what is published at the moment it is called, and no file stays open after it. The pipeline can
    therefore go on beside a notebook.
    """

    settings: Settings

    def __repr__(self) -> str:
        return f"Site({str(self.settings.data_dir)!r})"

    def marts(self) -> list[str]:
        """Return the names of the marts.

        Raises:
            NoWarehouse: nothing is published yet.

        Example:
            >>> "cost_per_project_monthly" in site.marts()
            True
        """
        with self.duckdb() as connection:
            return mart_names(connection)

    def mart(self, name: str) -> pl.DataFrame:
        """Return a whole mart as a data frame; ``docs/data-dictionary.md`` says what its columns mean.

        Raises:
            NoWarehouse: nothing is published yet.
            UnknownName: there is no such mart.

        Example:
            >>> costs = site.mart("cost_per_project_monthly")
            >>> costs.schema["cost"]
            Decimal(precision=38, scale=6)
        """
        with self.duckdb() as connection:
            _check("mart", name, mart_names(connection))
            return _frame(connection.table(f'main."{name}"'))

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Run a query on the published warehouse and return its rows as a data frame.

        Args:
            parameters: values for ``$name`` in the query. Never write a value into the query's text.

        Raises:
            NoWarehouse: nothing is published yet.
            duckdb.Error: the query is wrong.

        Example:
            >>> query = "select count(*) as jobs from fct_jobs where backend = $backend"
            >>> site.sql(query, {"backend": "qpu.nowhere"}).item()
            0
        """
        with self.duckdb() as connection:
            return _frame(connection.sql(query, params=dict(parameters or {})))

    def scan(self, resource: str) -> pl.LazyFrame:
        """Return the current records of a resource as a lazy frame, under the API's own names.

        The frame reads the lake and needs no warehouse. It has one row per record, whichever account saw it, and its
        column ``account`` names the account that saw it last. Records that were deleted upstream are among them:
        ``_deleted`` is true.

        Args:
            resource: such as ``jobs``, ``job_costs``, ``characterizations`` or ``usage``.

        Raises:
            LakeError: nothing has been copied yet.
            UnknownName: there is no such resource.

        Example:
            >>> import polars as pl
            >>> open_jobs = site.scan("jobs").filter(pl.col("status") == "ready").select("id", "name", "backend")
            >>> open_jobs.collect().columns
            ['id', 'name', 'backend']
        """
        _check("resource", resource, RESOURCES)
        return scan_current(open_lake(self.settings), RESOURCES[resource])

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """Return a read-only connection to the published warehouse; times are in UTC.

        It shows the state of the moment it was opened for as long as it stays open.

        Raises:
            NoWarehouse: nothing is published yet.

        Example:
            >>> with site.duckdb() as connection:
            ...     connection.execute("select max(month) is not null from cost_per_user_monthly").fetchone()
            (True,)
        """
        return connect(self.settings.data_dir)


def open_site(data_dir: str | PathLike[str] | None) -> Site:
    """Return the site of a folder, or the one of the settings."""
    settings = load_settings()
    return Site(settings.model_copy(update={"data_dir": Path(data_dir), "lake": None}) if data_dir else settings)


def _frame(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    frame: pl.DataFrame = relation.pl()
    return frame


def _check(what: str, name: str, names: Iterable[str]) -> None:
    """Raise an error that helps where a name is not among those that exist."""
    known = sorted(names)
    if name not in known:
        nearest = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise UnknownName(f"There is no {what} {name!r}.{hint} Available: {', '.join(known)}.")
