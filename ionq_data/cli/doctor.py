"""``ionq-data doctor``: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from ionq_data.cli.diagnosis import Finding, check_api, check_machine
from ionq_data.cli.exit_codes import DONE, FAILED
from ionq_data.cli.output import clean, console, error_console, print_json
from ionq_data.config import load_settings

_SIGNS = {True: ("✓", "green"), False: ("✗", "bold red")}


def doctor(*, offline: bool = False, as_json: Annotated[bool, Parameter(name="--json")] = False) -> int:
    """Check the settings, the key, the organization, the clock, the disk, the versions and the SQL.

    The exit code is 1 where something has to be mended. Nothing is written to the lake, and the key is never shown.

    Example: ionq-data doctor

    Parameters
    ----------
    offline
        Leave out what needs the network.
    as_json
        Print the findings as JSON.
    """
    settings = load_settings()
    with error_console().status("Looking …"):
        findings = check_machine(settings)
        if not offline:
            for account in settings.keys:
                findings += asyncio.run(check_api(settings, account))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    return DONE if all(finding.is_good for finding in findings) else FAILED


def _print(finding: Finding) -> None:
    sign, style = _SIGNS[finding.is_good]
    line = Text(f"{sign} ", style=style) + Text(f"{finding.what}: ", style="bold")
    console().print(line + Text(clean(finding.detail, longest=None)), soft_wrap=True)
    if finding.mend:
        console().print(Text(f"  → {clean(finding.mend, longest=None)}"), soft_wrap=True)
