"""``ionq-data report``: the report from the published warehouse."""

from __future__ import annotations

import webbrowser

from ionq_data.cli.output import print_lines
from ionq_data.config import load_settings


def report(*, open: bool = False) -> int:  # noqa: A002 - it is the option's name
    """Write the report from the published warehouse, as one page that opens without a network.

    Example: ionq-data report --open

    Parameters
    ----------
    open
        Open the page in the browser.
    """
    from ionq_data.report import write_report

    page = write_report(load_settings().data_dir)
    print_lines(f"Report: {page}")
    if open:
        webbrowser.open(page.absolute().as_uri())
    return 0
