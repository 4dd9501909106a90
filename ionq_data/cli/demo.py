"""``ionq-data demo``: the whole pipeline on a simulated organization."""

from __future__ import annotations

import os
import signal
import webbrowser
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from ionq_data.cli.demo_budgets import write_budgets
from ionq_data.cli.demo_emulator import Served, serve
from ionq_data.cli.demo_marker import History, read_marker, refuse_other_data, write_marker
from ionq_data.cli.demo_story import tell_story
from ionq_data.cli.exit_codes import DONE
from ionq_data.cli.output import print_lines
from ionq_data.cli.pipeline_run import run_pipeline
from ionq_data.cli.sync import print_sync
from ionq_data.cli.watch import Watch
from ionq_data.config import Account, ConfigurationError, Settings, load_settings

_KEY_VARIABLE = "IONQ_DEMO_API_KEY"
_ACCOUNT = "demo"

AtLeast1 = Annotated[int, Parameter(validator=validators.Number(gte=1))]


def demo(
    *,
    seed: int = 7,
    days: AtLeast1 = 365,
    jobs: AtLeast1 = 20_000,
    open: bool = False,  # noqa: A002 - it is the option's name
    keep_serving: bool = False,
) -> int:
    """Try everything on a simulated organization: no account is needed and nothing leaves this machine.

    Starts an IonQ API on this machine with a year of simulated history, copies it, builds and publishes the warehouse,
    and prints its answers. If you run it again later, it copies only what has happened since.

    Example: ionq-data demo --jobs 5000 --days 90

    Parameters
    ----------
    seed
        The same seed gives the same history.
    days
        Days of history.
    jobs
        Jobs submitted in those days.
    open
        Open the report in the browser.
    keep_serving
        Leave the simulated API running until Ctrl-C.
    """
    settings = load_settings()
    refuse_other_data(settings.data_dir)
    history = _history(settings.data_dir, seed=seed, days=days, jobs=jobs)
    with Watch() as watch:
        watch.say(f"Simulating {history.jobs:,} jobs of {history.days} days (seed {history.seed}) …")
        with serve(history, present=_this_hour()) as served:
            _remember(settings.data_dir, history, served)
            settings = settings.model_copy(update={"budgets": write_budgets(settings.data_dir, history)})
            outcome = run_pipeline(_settings_for(settings, served), watch)
            watch.stop()
            print_sync(outcome)
            if not outcome.errors:
                tell_story(settings.data_dir, history)
            page = settings.data_dir / "report" / "index.html"
            if open and page.exists():
                webbrowser.open(page.absolute().as_uri())
            if keep_serving and outcome.exit_code == DONE:
                _keep(served)
    return outcome.exit_code


def _this_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _history(data_dir: Path, *, seed: int, days: int, jobs: int) -> History:
    """Return the history that this directory's demo has begun, or a new one that ends now."""
    begun = read_marker(data_dir)
    if begun is None:
        return History(seed=seed, days=days, jobs=jobs, anchor=_this_hour())
    if not begun.is_like(seed=seed, days=days, jobs=jobs):
        raise ConfigurationError(
            f"The demo in {data_dir} has --seed {begun.seed} --days {begun.days} --jobs {begun.jobs}. Use these "
            "options, set IONQ_DATA_DIR to another directory, or remove this one."
        )
    return begun


def _remember(data_dir: Path, history: History, served: Served) -> None:
    """Note the history where the demo begins; where it goes on, make sure that it is the same one."""
    if history.digest and history.digest != served.digest:
        raise ConfigurationError(
            f"The demo in {data_dir} was made by another version of the emulator, which simulates a different "
            f"history. Remove {data_dir} to start a new demo."
        )
    write_marker(data_dir, replace(history, digest=served.digest))


def _settings_for(settings: Settings, served: Served) -> Settings:
    """Return the settings of a sync from the emulator, by the emulator's clock."""
    os.environ[_KEY_VARIABLE] = served.api_key
    account = Account(
        name=_ACCOUNT, api_key_env=_KEY_VARIABLE, organization_id=served.organization_id, base_url=served.base_url
    )
    return settings.model_copy(update={"accounts": (account,), "clock": "server"})


def _keep(served: Served) -> None:
    """Serve until Ctrl-C or until told to end, also in the background, where a shell has Ctrl-C ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    print_lines("", f"Serving {served.base_url} with key {served.api_key} until Ctrl-C.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print_lines("Stopped.")
