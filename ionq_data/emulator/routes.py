"""Other endpoints: whoami, the estimate of a price, and the usage report."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ionq_data.emulator import usage
from ionq_data.emulator.access import caller, check_organization
from ionq_data.emulator.instants import midnight_ms
from ionq_data.emulator.job_json import timestamp
from ionq_data.emulator.machines import MODELS, NAMES, NUMBERS, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.parameters import boolean, calendar_date, choice, integer
from ionq_data.emulator.prices import PARTS_PER_DOLLAR, rate_at
from ionq_data.emulator.problems import bad_request
from ionq_data.emulator.world import World


def whoami(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /whoami`."""
    key = caller(world, request)
    written = {"key_id": key.key_id, "key_name": key.name}
    if key.project is not None:
        written["project_id"] = world.history.organization.project_ids[key.project]
    return written


def estimate(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /jobs/estimate` at the rates in force; times in milliseconds."""
    caller(world, request)
    query, now_ms = request.query_params, world.clock.now_ms()
    number = NUMBERS.get(query.get("backend", ""))
    if number is None:
        raise bad_request("backend", f"must be one of {', '.join(NAMES)}.")
    shots = integer(query, "shots", 1000, least=1, most=1_000_000)
    gates_1q, gates_2q = (integer(query, name, 0, least=0, most=1_000_000) for name in ("1q_gates", "2q_gates"))
    qubits = integer(query, "qubits", 25, least=1)
    debiased = boolean(query, "error_mitigation") or False
    rate, model = rate_at(world.history.rates, now_ms), MODELS[number]
    free = number == SIMULATOR
    minimum = 0 if free else rate.minimum_debiased if debiased else rate.minimum
    price = 0 if free else max(minimum, shots * (gates_1q * rate.gate_1q + gates_2q * rate.gate_2q))
    seconds = shots * (gates_1q / 4 * model.gate_1q + gates_2q * model.gate_2q + model.readout + model.reset)
    backlog = world.history.backlogs.get(number)
    rates = {
        "job_cost_minimum": minimum / PARTS_PER_DOLLAR,
        "cost_1q_gate": 0 if free else rate.gate_1q / PARTS_PER_DOLLAR,
        "cost_2q_gate": 0 if free else rate.gate_2q / PARTS_PER_DOLLAR,
        "organization": world.organization_id,
    }
    live = world.scenario.is_live
    return {
        "input_values": {
            "backend": model.name, "type": query.get("type", "ionq.circuit.v1"), "qubits": qubits, "shots": shots,
            "1q_gates": gates_1q, "2q_gates": gates_2q, "error_mitigation": debiased,
        },
        "estimated_at": timestamp(now_ms),
        "estimated_unit" if live else "cost_unit": "usd",
        "rate_card" if live else "rate_information": rates,
        "estimated_total_cost" if live else "estimated_cost": price / PARTS_PER_DOLLAR,
        "estimated_execution_time": round(seconds * 1000),
        "current_predicted_queue_time": 0 if backlog is None else backlog.wait_ms(now_ms),
    }  # fmt: skip


def get_usage(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /organizations/{organization_id}/usage`: the newest date first, the five dearest groups of each."""
    key, query, organization = caller(world, request), request.query_params, world.history.organization
    check_organization(key, request.path_params["organization_id"])
    grouping = usage.GROUPINGS[choice(query, "group_by", usage.GROUPINGS, required=True) or 0]
    modality = usage.MODALITIES[choice(query, "modality", usage.MODALITIES, required=True) or 0]
    start, end = calendar_date(query, "start_date"), calendar_date(query, "end_date")
    if not 0 < (end - start).days <= usage.LONGEST_DAYS:
        raise bad_request("end_date", f"must be 1 to {usage.LONGEST_DAYS} days after start_date.")
    now_ms, jobs = world.clock.now_ms(), world.jobs
    entries = usage.collect_entries(
        jobs, world.restatements, now_ms=now_ms, begin_ms=midnight_ms(start), end_ms=midnight_ms(end),
        credits_project=CREDITS_PROJECT if world.scenario.credits else -1,
    )  # fmt: skip
    if key.organization_id != organization.id:
        entries = usage.no_entries()
    begins = usage.periods(start, end, modality)
    return usage.report_json(world, entries, begins, end, grouping, modality, key.organization_id)
