"""``ionq-data emulator``: an IonQ API on this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ionq_data.cli.exit_codes import DONE, FAILED, WRONG_USAGE
from ionq_data.cli.output import print_lines, say_error
from ionq_data.emulator import Scenario, run
from ionq_data.emulator import replay as replay_answers
from ionq_data.emulator.pace import Pace
from ionq_data.emulator.recordings import ReplayError
from ionq_data.emulator.scenario import Contract, Role
from ionq_data.emulator.state import StateError


def emulator(
    *,
    port: int = 8044,
    host: str = "127.0.0.1",
    seed: int = 7,
    days: int = 365,
    jobs: int = 20_000,
    now: datetime | None = None,
    clock: str = "frozen",
    state: Path | None = None,
    replay: Path | None = None,
    contract: Contract = "2026-10",
    role: Role = "admin",
    hostile: bool = False,
    anomalies: bool = False,
) -> int:
    """Serve an IonQ API v0.4 on this machine, with a simulated history, until Ctrl-C.

    Prints its base URL and a working key when it is ready.

    Example: ionq-data emulator --port 8044 --jobs 5000 --clock x60

    Parameters
    ----------
    port
        Port to listen on; 0 picks a free one.
    host
        Address to listen on.
    seed
        The same seed gives the same history.
    days
        Days of history before now.
    jobs
        Jobs submitted in those days.
    now
        The simulated present (UTC); by default the current hour.
    clock
        The simulated time stands still (frozen), follows the machine's (real), or runs faster (x60).
    state
        A file with the simulation's state: loaded if it exists, and written at the end.
    replay
        A folder of recorded answers (IONQ_RECORD) to serve instead of a simulation.
    contract
        The published contract that the answers follow: May or October 2026. Accounts get October's today.
    role
        What the printed key may see: everything (admin); everything except estimates, usage and sessions (user);
        everything except usage (member); only jobs and their costs (jobs_only).
    hostile
        Give names and metadata that break careless software.
    anomalies
        Plant spending anomalies and fidelity ramps; /_emulator/truth lists them.
    """
    anchor = now if now is None or now.tzinfo else now.replace(tzinfo=UTC)
    scenario = Scenario(
        seed=seed, days=days, jobs=jobs, anchor=anchor, contract=contract, role=role, hostile=hostile,
        anomalies=anomalies,
    )  # fmt: skip
    try:
        pace = Pace.parse(clock)
    except ValueError as error:
        say_error(str(error))
        return WRONG_USAGE
    try:
        if replay is not None:
            replay_answers(replay, host=host, port=port, announce=_announce)
        else:
            run(scenario, host=host, port=port, pace=pace, state=state, announce=_announce)
    except (StateError, ReplayError) as error:
        say_error(str(error))
        return FAILED
    return DONE


def _announce(base_url: str, api_key: str, organization_id: str) -> None:
    print_lines(
        f"base_url: {base_url}",
        f"api_key: {api_key}",
        f"organization_id: {organization_id}",
        "",
        "In another terminal:",
        f"  IONQ_BASE_URL={base_url} IONQ_API_KEY={api_key} IONQ_DATA_DIR=data-emulator ionq-data sync",
    )
