"""``ionq-data lake``: look after the lake's files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from cyclopts import Parameter

from ionq_data.cli.exit_codes import FAILED
from ionq_data.cli.output import console, print_json, print_lines
from ionq_data.config import load_settings
from ionq_data.lake import open_lake
from ionq_data.lake.compaction import compact
from ionq_data.lake.verification import verify


def lake(what: Literal["verify", "compact"], /, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> int:
    """Check every file of the lake, or merge its small files.

    Example: ionq-data lake verify

    Parameters
    ----------
    what
        verify: check every file, schema, key and ledger row, and list the findings. compact: merge small files; no row
        is lost, and the old files are removed an hour later.
    as_json
        Print the findings as JSON.
    """
    opened = open_lake(load_settings())
    if what == "compact":
        with console().status("Merging small files …"):
            done = compact(opened)
        if as_json:
            print_json(asdict(done))
        else:
            print_lines(
                f"Merged {done.merged} files into {done.written}; removed {done.removed} that were merged earlier."
            )
        return 0
    with console().status("Reading the lake …"):
        report = verify(opened)
    if as_json:
        print_json({"is_sound": report.is_sound, **asdict(report)})
    else:
        print_lines(*(f"{found.level}: {found.where}: {found.what}" for found in report.findings))
        verdict = "sound" if report.is_sound else "NOT sound; restore the files named above from a copy of the lake"
        print_lines(f"{report.files:,} files, {report.rows:,} rows: {verdict}.")
    return 0 if report.is_sound else FAILED
