"""``ionq-data export``: the published tables as files for other tools."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from ionq_data.cli.output import console, print_lines
from ionq_data.config import load_settings


def export(
    kind: Literal["focus", "csv", "parquet", "xlsx"],
    /,
    *,
    start: date | None = None,
    end: date | None = None,
    to: Path | None = None,
    version: Literal["1.2", "1.4"] = "1.2",
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the name of the option
) -> int:
    """Write the published tables as files for other tools, below ``exports/`` of the data directory.

    Example: ionq-data export xlsx --start 2026-03-01 --end 2026-04-01

    Parameters
    ----------
    kind
        focus: costs in the FinOps Foundation's format, FOCUS. csv, parquet, xlsx: every mart.
    start
        First date (UTC) of the rows; the default is all.
    end
        The day after the last date.
    to
        Another folder to write to.
    version
        FOCUS version: 1.2 is one file; 1.4 has one file per data set, without rows if the API has no such data.
    format
        FOCUS format: csv, or parquet with each data set in its own folder.
    """
    from ionq_data.report import export as write_export

    with console().status("Writing …"):
        files = write_export(
            load_settings().data_dir,
            kind,
            start=start,
            end=end,
            destination=to,
            version=version,
            file_format=format,
        )
    print_lines(*(f"Written: {file}" for file in files))
    return 0
