"""``ionq-data plan``: where to run a circuit, when, for how much, and how likely it is to work."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, validators

from ionq_data.cli.exit_codes import DONE, FAILED, WRONG_USAGE
from ionq_data.cli.output import age, duration, money, print_json, print_prose, say_error
from ionq_data.cli.tables import Column, numbers, print_table
from ionq_data.config import load_settings
from ionq_data.placement import Advice, Circuit, Option, advise
from ionq_data.warehouse import connect

Count = Annotated[int, Parameter(validator=validators.Number(gte=0))]
AtLeast1 = Annotated[int, Parameter(validator=validators.Number(gte=1))]
_COMES_OUT = "Comes out: the range of 95 % of such jobs, from those whose results were copied and compared."
_WAITS = "Waits: the longest wait of half and of nine tenths of such jobs."
_EXTRA = (
    "Reading a circuit needs the extra 'emulator': pip install 'ionq-data[emulator]', or give --qubits, --1q and --2q."
)


def plan(
    *,
    qubits: AtLeast1 | None = None,
    gates_1q: Annotated[Count | None, Parameter(name="--1q")] = None,
    gates_2q: Annotated[Count | None, Parameter(name="--2q")] = None,
    circuit: Path | None = None,
    shots: AtLeast1 = 1000,
    debias: Annotated[bool, Parameter(negative="")] = False,
    before: datetime | None = None,
    max_cost: Annotated[Decimal | None, Parameter(validator=validators.Number(gte=0))] = None,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Show where to run a circuit: expected success, price, wait and best hour of each backend.

    It reads only the published warehouse. The exit code is 1 if no backend fits, so that a script can stop there.

    Example: ionq-data plan --qubits 12 --1q 200 --2q 60 --shots 1000 --max-cost 100

    Parameters
    ----------
    qubits
        Qubits of the circuit.
    gates_1q
        Single-qubit gates of the circuit.
    gates_2q
        Two-qubit gates of the circuit.
    circuit
        A file with the circuit, instead of counts: OpenQASM 3 or IonQ's JSON. Its native gates are counted.
    shots
        How many times the circuit is run.
    debias
        Use debiasing.
    before
        The time by which the job must have started, such as 2026-12-01T09:00 (UTC unless it has another offset). The
        cost of a success is then divided by the chance of starting in time; under 10 %, a backend does not fit.
    max_cost
        The maximum cost of the job.
    as_json
        Print JSON.
    """
    counted = {"--qubits": qubits, "--1q": gates_1q, "--2q": gates_2q}
    if circuit is not None and any(value is not None for value in counted.values()):
        say_error("Give --circuit, or --qubits, --1q and --2q, but not both.")
        return WRONG_USAGE
    if circuit is None and (missing := [name for name, value in counted.items() if value is None]):
        say_error(f"{', '.join(missing)} is missing: give the counts of the circuit, or --circuit FILE.")
        return WRONG_USAGE
    try:
        asked = (
            Circuit(qubits=qubits or 1, gates_1q=gates_1q or 0, gates_2q=gates_2q or 0, shots=shots, is_debiased=debias)
            if circuit is None
            else _read(circuit, shots=shots, is_debiased=debias)
        )
    except (OSError, ValueError) as error:
        say_error(str(error))
        return WRONG_USAGE
    now = datetime.now(UTC)
    with connect(load_settings().data_dir) as warehouse:
        advice = advise(warehouse, asked, now=now, before=_utc(before), max_cost=max_cost)
    if as_json:
        print_json(_facts(advice, asked))
    else:
        _print(advice, asked, now)
    return FAILED if advice.choice is None else DONE


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(file: Path, *, shots: int, is_debiased: bool) -> Circuit:
    """Count the native gates of a circuit in a file. Raises ``ValueError`` if it cannot be read."""
    text = file.read_text()
    try:
        from ionq_data.emulator.quantum import CircuitError, compile_circuit, read_circuit
        from ionq_data.emulator.quantum.qasm3 import read_program
    except ImportError:
        raise ValueError(_EXTRA) from None
    try:
        if text.lstrip().startswith("{"):
            document: Any = json.loads(text)
            body = document.get("input", document)
            gateset, gates = body.get("gateset", "qis"), body.get("circuit")
            if not isinstance(gates, list):
                raise ValueError(f"{file} holds no 'circuit', a list of gates, as IonQ's JSON does.")
            found = read_circuit(gates, gateset=gateset, qubits=body.get("qubits"))
        else:
            found = read_program(text)
        compiled = compile_circuit(found, "zz")
    except json.JSONDecodeError as error:
        raise ValueError(f"{file} is not JSON: {error}") from None
    except CircuitError as error:
        raise ValueError(f"{file} cannot be read as a circuit: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:  # a gate that lacks a member, or one that does not exist
        raise ValueError(f"{file} cannot be read as a circuit: {type(error).__name__} {error}") from None
    return Circuit(
        qubits=found.qubits,
        gates_1q=compiled.gates_1q,
        gates_2q=compiled.gates_2q,
        shots=shots,
        is_debiased=is_debiased,
    )


def _facts(advice: Advice, asked: Circuit) -> dict[str, Any]:
    options = [
        dataclasses.asdict(option) | {"rejected": advice.rejected.get(option.backend)} for option in advice.options
    ]
    return {
        "circuit": dataclasses.asdict(asked),
        "facts_as_of": advice.as_of,
        "choice": advice.choice.backend if advice.choice else None,
        "reason": advice.reason,
        "options": options,
    }


def _print(advice: Advice, asked: Circuit, now: datetime) -> None:
    has_held = any(option.held for option in advice.options)  # nothing is known without copied results
    is_urgent = any(option.chance_in_time is not None for option in advice.options)
    columns = [
        Column("backend", is_whole=True),
        *numbers("success"),
        *([Column("comes out", "right", rank=5, note=_COMES_OUT)] * has_held),
        *numbers("price"),
        Column("per success", "right", rank=3),
        Column("median wait", "right", rank=1),
        Column("9 of 10 within", "right"),
        *(numbers("in time") * is_urgent),
        Column("best hour (UTC)", rank=2, note=_WAITS),
        Column("calibrated", "right", rank=4),
        Column("why not", is_whole=True),
    ]
    debiased = ", debiased" if asked.is_debiased else ""
    print_table(
        f"{asked.qubits} qubits, {asked.gates_1q:,} and {asked.gates_2q:,} gates, {asked.shots:,} shots{debiased}",
        columns,
        [_row(option, advice, has_held=has_held, is_urgent=is_urgent) for option in advice.options],
        caption="Success is what the calibration in force lets you expect."
        + (f" Facts of {age(advice.as_of, now)} ago." if advice.as_of else ""),
    )
    print_prose(advice.reason)


def _row(option: Option, advice: Advice, *, has_held: bool, is_urgent: bool) -> list[str]:
    hour, hours = option.best_hour, option.calibration_age_hours
    success, chance = (
        "–" if share is None else f"{share:.{digits}%}"
        for share, digits in ((option.expected_success, 1), (option.chance_in_time, 0))
    )
    return [
        option.backend,
        success,
        *([_comes_out(option)] if has_held else []),
        money(option.price, option.currency) + (" (est.)" if option.is_price_estimated else ""),
        money(option.cost_per_success, option.currency),
        duration(option.wait_p50_seconds),
        duration(option.wait_p90_seconds),
        *([chance] if is_urgent else []),
        "" if hour is None else f"{hour:%a %H:%M}, {duration(option.best_hour_p50_seconds)}",
        "–" if hours is None else f"{duration(max(hours, 0) * 3600)} ago",
        advice.rejected.get(option.backend, ""),
    ]


def _comes_out(option: Option) -> str:
    """Return the band of the expected success, with the number of jobs that it rests on."""
    held = option.held
    if held is None:
        return "–"
    if option.success_low is None or option.success_high is None:
        return f"{held.observed:.0%}, {held.jobs:,} job{'s' * (held.jobs > 1)}"
    return f"{option.success_low:.0%} to {option.success_high:.0%}, {held.jobs:,} jobs"
