"""``ionq-data doctor``: what is wrong, and how to fix it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from ionq_data.cli.access import Access
from ionq_data.cli.diagnosis import Finding, check_api, check_machine
from ionq_data.cli.exit_codes import DONE, FAILED
from ionq_data.cli.output import clean, console, error_console, print_json, print_lines
from ionq_data.cli.tables import Column, print_table
from ionq_data.cli.unavailable import WITHOUT
from ionq_data.config import load_settings
from ionq_data.lake.ledger import NOT_AVAILABLE

_SIGNS = {True: ("✓", "green"), False: ("✗", "bold red")}


def doctor(*, offline: bool = False, as_json: Annotated[bool, Parameter(name="--json")] = False) -> int:
    """Check the settings, the key, what it may see, the organization, the clock, the disk, the versions and the SQL.

    The exit code is 1 if something has to be fixed; a resource that is not available to the key is no failure. The
    command writes nothing to the lake and never shows the key.

    Example: ionq-data doctor

    Parameters
    ----------
    offline
        Skip the checks that need the network.
    as_json
        Print the findings as JSON.
    """
    settings = load_settings()
    with error_console().status("Looking …"):
        findings = check_machine(settings)
        access: dict[str, list[Access]] = {}
        for account in () if offline else settings.keys:
            found, access[account.name] = asyncio.run(check_api(settings, account))
            findings += found
    if as_json:
        print_json([*map(asdict, findings), *(_finding(name, one) for name, seen in access.items() for one in seen)])
    else:
        for finding in findings:
            _print(finding)
        for name, seen in access.items():
            _print_access(name, seen)
    return DONE if all(finding.is_good for finding in findings) else FAILED


def _print(finding: Finding) -> None:
    sign, style = _SIGNS[finding.is_good]
    line = Text(f"{sign} ", style=style) + Text(f"{finding.what}: ", style="bold")
    console().print(line + Text(clean(finding.detail, longest=None)), soft_wrap=True)
    if finding.mend:
        console().print(Text(f"  → {clean(finding.mend, longest=None)}"), soft_wrap=True)


def _said(access: Access) -> str:
    return {True: "available", False: NOT_AVAILABLE, None: "not found out"}[access.is_available]


def _finding(account: str, access: Access) -> dict[str, object]:
    """Return what a key may see in the form of a finding."""
    detail = _said(access) + (f": {access.detail}" if access.detail else "")
    mend = f"This leaves out: {WITHOUT[access.resource]}." if access.is_available is False else ""
    return asdict(Finding(f"{access.resource} of account {account}", True, detail, mend))


def _print_access(account: str, seen: list[Access]) -> None:
    rows = [
        (
            access.resource,
            _said(access),
            "" if access.is_available else WITHOUT[access.resource],
            clean(access.detail, longest=None),
        )
        for access in seen
    ]
    columns = [
        Column("resource", is_whole=True),
        Column("may see", is_whole=True),
        Column("missing therefore", wraps=True),
        Column("why", wraps=True, rank=1),
    ]
    if rows:
        print_lines("")
        print_table(f"What the key of account {clean(account)} may see", columns, rows)
