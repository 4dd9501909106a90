"""``ionq-data show``: an answer at a glance, from the published warehouse."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

from ionq_data.cli import answers
from ionq_data.cli.answer_tables import print_answer
from ionq_data.cli.exit_codes import DONE, WRONG_USAGE
from ionq_data.cli.output import say_error
from ionq_data.cli.result_tables import Result, print_machine_readable
from ionq_data.config import load_settings
from ionq_data.warehouse import connect

FIDELITIES = ("2q", "1q", "spam")
AtLeast1 = Annotated[int, Parameter(validator=validators.Number(gte=1))]


def show(
    what: Literal["cost", "fidelity", "queue", "jobs"],
    /,
    *,
    by: str | None = None,
    project: str | None = None,
    backend: str | None = None,
    status: str | None = None,
    metric: tuple[str, ...] = (),
    daily: bool | None = None,
    days: AtLeast1 | None = None,
    months: AtLeast1 | None = None,
    limit: AtLeast1 | None = None,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
    as_csv: Annotated[bool, Parameter(name="--csv")] = False,
) -> int:
    """Show cost, fidelity, queue times or jobs, from the published warehouse.

    Example: ionq-data show queue --backend qpu.forte-1 --days 7

    Parameters
    ----------
    what
        cost: by month. fidelity: newest value and trend. queue: how long jobs waited. jobs: the latest.
    by
        Cost per project (the default), user, backend, cost-center, or per value of a tag: tag:team.
    project
        Only projects whose name contains this (cost per project, jobs).
    backend
        Only this backend (fidelity, queue, jobs).
    status
        Only jobs of this status.
    metric
        Only this metric, such as 2q or t1, or all; can be repeated (fidelity; by default 2q, 1q and spam).
    daily
        A row for each day of submission (queue).
    days
        How many days back (queue; by default 14).
    months
        How many months back (cost; by default 12).
    limit
        How many jobs; by default 20.
    as_json
        Print JSON.
    as_csv
        Print CSV; formulas are neutralized.
    """
    given = {"project": project, "backend": backend, "status": status, "days": days, "months": months, "limit": limit}
    if by and what == "cost" and by not in answers.BY and (not by.startswith(answers.TAG) or by == answers.TAG):
        say_error(f"--by {by!r} is none of {', '.join(answers.BY)}, nor a tag such as tag:team.")
        return WRONG_USAGE
    answer = {
        "cost": answers.cost(by if by and what == "cost" else "project", months or 12),
        "fidelity": answers.FIDELITY,
        "queue": answers.QUEUE_DAILY if daily else answers.QUEUE,
        "jobs": answers.JOBS,
    }[what]
    chosen = {name for name, value in given.items() if value is not None and f"${name}" not in answer.sql}
    chosen |= {"by"} if by and what != "cost" else set()
    chosen |= {"metric"} if metric and what != "fidelity" else set()
    chosen |= {"daily"} if daily and what != "queue" else set()
    if chosen or (as_json and as_csv):
        wrong = f"--{min(chosen)} does not go with 'show {what}'." if chosen else "Choose --json or --csv."
        say_error(f"{wrong} For the options of each, see 'ionq-data show --help'.")
        return WRONG_USAGE

    defaults = {"days": 14, "months": 12, "limit": 20}
    options: dict[str, Any] = {name: value or defaults.get(name) for name, value in given.items()}
    options["metrics"] = list(metric or FIDELITIES)
    options["tag"] = (by or "").removeprefix(answers.TAG)
    with connect(load_settings().data_dir) as warehouse:
        rows = answers.ask(warehouse, answer, options)
        names = [column[0] for column in warehouse.description or ()]
        as_of = answers.as_of(warehouse)
    if as_json or as_csv:
        print_machine_readable(Result(names, [tuple(row.values()) for row in rows]), as_json=as_json)
    else:
        is_filtered = any(given[name] for name in ("project", "backend", "status")) or bool(metric)
        nothing = f"no row matches. To see all rows: ionq-data show {what}" if is_filtered else "nothing yet"
        print_answer(answer, rows, as_of=as_of, empty=nothing, days=options["days"])
    return DONE
