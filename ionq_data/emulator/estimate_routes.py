"""The estimate of a price, under either contract."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import allowed
from ionq_data.emulator.job_json import timestamp
from ionq_data.emulator.machines import MODELS, NAMES, NUMBERS, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT, Key
from ionq_data.emulator.parameters import boolean, integer
from ionq_data.emulator.prices import PARTS_PER_DOLLAR, Priced, Rate, amount, price_micros, rate_at
from ionq_data.emulator.problems import bad_request
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.world import World

_INT32 = (1 << 31) - 1
_COMPUTE_SHARE = 0.72


def estimate(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /jobs/estimate` at the rates in force; times in milliseconds."""
    key = allowed(world, request, "estimate")
    query, now_ms = request.query_params, world.clock.now_ms()
    number = NUMBERS.get(query.get("backend", ""))
    if number is None:
        raise bad_request("backend", f"must be one of {', '.join(NAMES)}.")
    shots = integer(query, "shots", 1000, least=1, most=1_000_000)
    gates_1q, gates_2q = (integer(query, name, 0, least=0, most=1_000_000) for name in ("1q_gates", "2q_gates"))
    asked = {
        "backend": NAMES[number], "type": query.get("type", "ionq.circuit.v1"),
        "qubits": integer(query, "qubits", 25, least=1), "shots": shots, "1q_gates": gates_1q, "2q_gates": gates_2q,
        "error_mitigation": boolean(query, "error_mitigation") or False,
    }  # fmt: skip
    model = MODELS[number]
    seconds = shots * (gates_1q / 4 * model.gate_1q + gates_2q * model.gate_2q + model.readout + model.reset)
    backlog = world.history.backlogs.get(number)
    times = {
        "estimated_execution_time": min(round(seconds * 1000), _INT32),
        "current_predicted_queue_time": 0 if backlog is None else min(backlog.wait_ms(now_ms), _INT32),
    }
    compute_us = min(int(seconds * 1_000_000 * _COMPUTE_SHARE), _INT32)
    price = 0.0 if number == SIMULATOR else _price(world, asked, compute_us, is_by_time=model.is_by_time)
    rate, start = rate_at(world.history.rates, now_ms), {"estimated_at": timestamp(now_ms)}
    if world.scenario.is_october:
        return {**start, **_of_october(world, key, asked, rate, price, compute_us), **times}
    return {**start, **_of_may(world, asked, rate, price), **times}


def _price(world: World, asked: dict[str, Any], compute_us: int, *, is_by_time: bool) -> float:
    """Return the price of the requested circuit in the project's unit, to the millionth."""
    shots, gates_1q, gates_2q = (np.array([asked[name]]) for name in ("shots", "1q_gates", "2q_gates"))
    by_time = is_by_time and world.scenario.is_october
    priced = Priced(
        shots, gates_1q, gates_2q, np.array([compute_us]), np.array([asked["error_mitigation"]]), np.array([by_time])
    )
    return amount(int(price_micros(world.history.rates, np.array([world.clock.now_ms()]), priced, step=1)[0]))


def _of_may(world: World, asked: dict[str, Any], rate: Rate, price: float) -> dict[str, Any]:
    minimum = rate.minimum_debiased if asked["error_mitigation"] else rate.minimum
    rates = {"job_cost_minimum": minimum, "cost_1q_gate": rate.gate_1q, "cost_2q_gate": rate.gate_2q}
    is_free = asked["backend"] == NAMES[SIMULATOR]
    return {
        "input_values": asked,
        "cost_unit": "usd",
        "rate_information": {
            **{name: 0 if is_free else parts / PARTS_PER_DOLLAR for name, parts in rates.items()},
            "organization": world.organization_id,
        },
        "estimated_cost": price,
    }


def _of_october(
    world: World, key: Key, asked: dict[str, Any], rate: Rate, price: float, compute_us: int
) -> dict[str, Any]:
    """Return the estimate for the key's project: its rate card has an entry for the backend, or none if it is free."""
    in_credits = key.project == CREDITS_PROJECT and world.clock.now_ms() >= world.scenario.credits_from_ms
    number = NUMBERS[asked["backend"]]
    sku = asked["backend"].removeprefix("qpu.")
    entries: list[dict[str, Any]] = []
    if MODELS[number].is_by_time:
        entry = {"sku": f"{sku}-qct", "unit": "compute_second", "unit_cost": rate.compute_second / PARTS_PER_DOLLAR}
        entries.append(entry)
    elif number != SIMULATOR:
        minimum = rate.minimum_debiased if asked["error_mitigation"] else rate.minimum
        prices = {"cost_1q_gate": rate.gate_1q, "cost_2q_gate": rate.gate_2q, "job_cost_minimum": minimum}
        entries.append(
            {"sku": sku, "unit": "gates", **{name: parts / PARTS_PER_DOLLAR for name, parts in prices.items()}}
        )
    organization = world.history.organization
    project = None if key.project is None else organization.project_ids[key.project]
    written: dict[str, Any] = {
        "estimate_context": {**asked, "organization": key.organization_id, "project": project},
        "estimated_unit": "credit" if in_credits else "usd",
        "rate_card": {"rates": entries, "id": f"rates-{world.history.rates.index(rate) + 1}"},
        "estimated_total_cost": price,
    }
    if MODELS[number].is_by_time:
        written["estimated_quantum_compute_time_us"] = compute_us
    return written


ROUTES = (Endpoint("GET", "/jobs/estimate", estimate),)
