"""`python -m ionq_data.emulator`: serve a simulated organization until interrupted."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from ionq_data.child_process import end_with_parent
from ionq_data.emulator import Scenario, run
from ionq_data.emulator.pace import FROZEN, HELP, Pace
from ionq_data.emulator.scenario import Contract, Role


def main() -> None:
    """Serve the scenario of the command line and print where and with which key."""
    parser = argparse.ArgumentParser(prog="python -m ionq_data.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8044)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--now", type=_instant, default=None, help="simulated present, ISO 8601 (default: this hour)")
    parser.add_argument("--clock", type=Pace.parse, default=FROZEN, metavar="real|frozen|xN", help=HELP)
    parser.add_argument("--state", type=Path, help="a file: continued from where it exists, written at the end")
    parser.add_argument("--contract", choices=get_args(Contract), default=Scenario.contract)
    parser.add_argument("--role", choices=get_args(Role), default=Scenario.role, help="what the printed key may do")
    parser.add_argument("--hostile", action="store_true", help="names and metadata that break careless software")
    parser.add_argument(
        "--credits",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="bill one project in credits (default: under October's contract)",
    )
    parser.add_argument("--anomalies", action="store_true", help="plant anomalies, which the truth names")
    parser.add_argument("--end-with-parent", action="store_true", help="end when standard input, a pipe, is closed")
    asked = parser.parse_args()
    if asked.end_with_parent:
        end_with_parent()
    scenario = Scenario(
        seed=asked.seed, days=asked.days, jobs=asked.jobs, anchor=asked.now, contract=asked.contract,
        role=asked.role, hostile=asked.hostile, credits=asked.credits, anomalies=asked.anomalies,
    )  # fmt: skip
    run(scenario, host=asked.host, port=asked.port, pace=asked.clock, state=asked.state, announce=_announce)


def _announce(base_url: str, api_key: str, organization_id: str) -> None:
    print(f"base_url: {base_url}\napi_key: {api_key}\norganization_id: {organization_id}", flush=True)  # noqa: T201 - what callers read


def _instant(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
