"""The command line.

A command's module is imported only when the command is run, and the command-line library only when there is a command:
``ionq-data --help`` answers three times as fast without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from ionq_data import __version__
from ionq_data.cli.exit_codes import FAILED, INTERRUPTED

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS = {
    "demo": "Try everything on a simulated organization; no account is needed.",
    "sync": "Copy new records from the API, rebuild the warehouse and publish it.",
    "build": "Rebuild the warehouse from the lake, offline.",
    "status": "Show what the lake holds, how fresh it is and what is open.",
    "doctor": "Check key, organization, clock, disk and versions, and say how to fix them.",
    "show": "Show cost, fidelity, queue times or jobs as a table, JSON or CSV.",
    "plan": "Show where to run a circuit: expected success, price and wait of each backend.",
    "sql": "Run read-only SQL on the published warehouse.",
    "report": "Write the report from the published warehouse.",
    "mcp": "Serve the published tables to an assistant, read-only (Model Context Protocol).",
    "export": "Write the published tables as files for other tools.",
    "lake": "Check every file of the lake, or merge its small files.",
    "emulator": "Serve an IonQ API on this machine, with a simulated history.",
}
"""Each command's help in one line; its function has the same name, in the module of that name."""

_OPTIONS = {
    "--help, -h": "Show this help, or the help of the command before it.",
    "--version": "Show the version.",
    "--debug": "If a command fails, show where in the program.",
    "--install-completion": "Install shell completion.",
}
_SUMMARY = "Copy an organization's IonQ Quantum Cloud records into Parquet and DuckDB, and query them."
_EPILOGUE = """\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but incomplete.

Settings come from the environment (IONQ_API_KEY, IONQ_ORGANIZATION_ID, IONQ_BASE_URL, IONQ_DATA_DIR) or from \
ionq-data.toml.

Example: ionq-data demo
"""


def help_text(width: int) -> str:
    """Return what ``ionq-data --help`` prints, in lines of at most ``width`` characters."""
    from textwrap import fill

    def listed(entries: dict[str, str]) -> str:
        indent = 2 + max(map(len, entries)) + 2
        return "\n".join(
            fill(line, width, initial_indent=f"  {name}".ljust(indent), subsequent_indent=" " * indent)
            for name, line in entries.items()
        )

    parts = (
        "Usage: ionq-data COMMAND [OPTIONS]",
        fill(_SUMMARY, width),
        f"Commands:\n{listed(COMMANDS)}",
        f"Options:\n{listed(_OPTIONS)}",
        *(fill(paragraph, width) for paragraph in _EPILOGUE.strip().split("\n\n")),
    )
    return "\n\n".join(parts)


def build_app(arguments: Sequence[str] = ()) -> App:
    """Return the application with all of its commands; the one that the arguments name has its whole help."""
    from importlib import import_module

    from cyclopts import App, Parameter

    app = App(
        name="ionq-data",
        version=__version__,
        help_format="plaintext",
        default_parameter=Parameter(negative=""),
        suppress_keyboard_interrupt=False,
    )
    for name, line in COMMANDS.items():
        if name in arguments[:1]:
            app.command(getattr(import_module(f"ionq_data.cli.{name}"), name), name=name)
        else:
            app.command(f"ionq_data.cli.{name}:{name}", name=name, help=line)
    app.register_install_completion_command()
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors become one sentence on the error stream."""
    is_debugging = "--debug" in arguments
    try:
        tokens = [argument for argument in arguments if argument != "--debug"]
        if tokens in ([], ["--help"], ["-h"]):
            return _show_help()
        result = build_app(tokens)(tokens, result_action="return_value")
        return result if isinstance(result, int) else 0
    except KeyboardInterrupt:
        return _say("Interrupted. Complete work is kept; the next run continues from there.", INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has had enough
        return FAILED
    except Exception as error:
        if is_debugging:
            raise
        return _say(_explain(error), FAILED)


def _show_help() -> int:
    from shutil import get_terminal_size

    print(help_text(min(get_terminal_size().columns, 100)))  # noqa: T201  it is the answer
    return 0


def _explain(error: Exception) -> str:
    """Return an error as a sentence: its own where it was made for people, else what kind it is."""
    if type(error).__module__.partition(".")[0] == "ionq_data":
        return str(error)
    advice = "This is unexpected. Run the command again with --debug to see where."
    return f"{type(error).__name__}: {error}\n{advice}"


def _say(sentence: str, code: int) -> int:
    from ionq_data.cli.output import say_error

    say_error(sentence)
    return code
