"""The output of a demo: what was simulated, the warehouse's answers, the alerts, and where to look."""

from __future__ import annotations

import sys
from datetime import UTC
from pathlib import Path

from duckdb import DuckDBPyConnection

from ionq_data import warehouse
from ionq_data.alerts import open_alerts
from ionq_data.cli import answers
from ionq_data.cli.alert_table import print_alerts
from ionq_data.cli.answer_tables import print_answer
from ionq_data.cli.demo_marker import History
from ionq_data.cli.output import print_heading, print_lines, print_prose

QUEUE_DAYS = 30
MONTHS = 12
_METRICS = ["2q", "1q", "spam"]
_MOST_ALERTS = 5
_MADE = {
    "report/index.html": "the report, one page that works offline",
    "warehouse.duckdb": "the warehouse, for DuckDB and tools that read it",
    "marts": "each mart as a Parquet file",
    "lake": "the records as they were received",
    "budgets.csv": "the budgets: edit them, then 'ionq-data build'",
}


def tell_story(data_dir: Path, history: History) -> None:
    """Print the answers of the published warehouse, the open alerts and where everything is."""
    with warehouse.connect(data_dir) as connection:
        as_of = answers.as_of(connection)
        print_heading("What was simulated")
        for sentence in _simulated(connection, history):
            print_prose(sentence)
        print_lines("")
        print_heading("What it answers")
        options = {"project": None, "backend": None, "metrics": _METRICS, "days": QUEUE_DAYS, "months": MONTHS}
        for answer in (answers.cost("project", MONTHS), answers.FIDELITY, answers.QUEUE):
            print_answer(answer, answers.ask(connection, answer, options), as_of=as_of, days=QUEUE_DAYS)
    print_heading("What stands out")
    alerts = open_alerts(data_dir)
    if alerts:
        print_alerts(alerts, as_of.replace(tzinfo=UTC) if as_of else alerts[0].since, most=_MOST_ALERTS)
    else:
        print_lines("Nothing: there are no alerts about budgets, costs, fidelities or syncs.", "")
    print_heading("Where to look")
    print_lines(*(f"  {data_dir / name}: {what}" for name, what in _MADE.items() if (data_dir / name).exists()), "")
    print_lines(*_next())


def _simulated(connection: DuckDBPyConnection, history: History) -> list[str]:
    """Return what the organization is, by what the pipeline has seen of it."""
    counts = {
        what: connection.execute(f"select count(*) from {mart}").fetchall()[0][0]  # noqa: S608 - the names are ours
        for what, mart in {
            "jobs": "fct_jobs",
            "projects": "dim_projects",
            "people": "dim_users",
            "backends": "dim_backends",
            "calibrations": "fct_characterizations",
        }.items()
    }
    known = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    return [
        f"An organization's {history.days} days until {history.anchor:%Y-%m-%d %H:%M} UTC, and everything since (seed "
        f"{history.seed}). An IonQ API on this machine serves it.",
        f"The pipeline read it over HTTP and has {known}.",
    ]


def _next() -> list[str]:
    program = sys.argv[0] if Path(sys.argv[0]).name == "ionq-data" else "ionq-data"
    return [
        "Next:",
        f"  {program} report --open         the report in a browser",
        f"  {program} show jobs             an answer as a table; also cost, fidelity and queue",
        f'  {program} sql "from fct_jobs"   any question, in SQL; docs/cookbook.md has many',
        f"  {program} status                what the lake holds, how fresh it is, and every alert",
        f"  IONQ_API_KEY=… IONQ_DATA_DIR=my-data {program} sync      with a key from the IonQ cloud console",
    ]
