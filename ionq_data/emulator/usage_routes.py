"""The usage report as the API writes it, under either contract."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request

from ionq_data.emulator import usage
from ionq_data.emulator.access import allowed, check_organization
from ionq_data.emulator.instants import midnight_ms
from ionq_data.emulator.job_text import job_name
from ionq_data.emulator.parameters import calendar_date, choice
from ionq_data.emulator.prices import amount
from ionq_data.emulator.problems import bad_request
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.usage import Group
from ionq_data.emulator.world import World


def get_usage(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /organizations/{organization_id}/usage`: the newest date first, the five dearest groups of each.

    May's `end_date` is the first date that is excluded, October's the last one that is included.
    """
    key, query = allowed(world, request, "usage"), request.query_params
    check_organization(key, request.path_params["organization_id"])
    grouping = usage.GROUPINGS[choice(query, "group_by", usage.GROUPINGS, required=True) or 0]
    modality = usage.MODALITIES[choice(query, "modality", usage.MODALITIES, required=True) or 0]
    start, end = calendar_date(query, "start_date"), calendar_date(query, "end_date")
    if world.scenario.is_october and end < date.max:
        end += timedelta(days=1)
    if not 0 < (end - start).days <= usage.LONGEST_DAYS:
        raise bad_request("end_date", f"must close a range of 1 to {usage.LONGEST_DAYS} days from start_date on.")
    entries = usage.collect_entries(
        world.jobs, world.restatements, now_ms=world.clock.now_ms(), begin_ms=midnight_ms(start),
        end_ms=midnight_ms(end),
    )  # fmt: skip
    if key.organization_id != world.organization_id:
        entries = usage.no_entries()
    in_credits = world.scenario.is_october and bool(entries.in_credits.any())
    begins = usage.periods(start, end, modality)
    report = usage.add_up(entries, begins, grouping, in_credits=in_credits)
    written = _report_json(world, report, begins, grouping, in_credits=in_credits)
    return {
        "organization": key.organization_id,
        "group_type": grouping,
        "modality": modality,
        "usage_from": f"{start.isoformat()}T00:00:00Z",
        "usage_to": f"{end.isoformat()}T00:00:00Z",
        **written,
    }


def _report_json(
    world: World, report: list[tuple[Group, list[Group]]], begins: list[date], grouping: str, *, in_credits: bool
) -> dict[str, Any]:
    """Return the totals, which cover all groups of all periods, and the periods, most recent first."""

    def amounts(group: Group) -> dict[str, Any]:
        return _amounts(group, is_october=world.scenario.is_october, in_credits=in_credits)

    data = [
        {
            "from": begin.isoformat(),
            **amounts(total),
            "group_usages": [{**_named(world, group.number, grouping), **amounts(group)} for group in groups],
        }
        for begin, (total, groups) in reversed(list(zip(begins, report, strict=True)))
    ]
    totals = [total for total, _ in report]
    whole = Group(
        -1, sum(one.dollars for one in totals), sum(one.credits for one in totals), sum(one.jobs for one in totals),
        round(sum(one.time_us for one in totals), 6),
    )  # fmt: skip
    all_of_it = amounts(whole)
    written = {
        "usage_unit": all_of_it.get("amount_unit", "USD"),
        "amount_total": all_of_it["amount"],
        "job_count": whole.jobs,
        "time_us_total": whole.time_us,
        "usage_data": data,
    }
    return {**written, "amount_totals": all_of_it["amounts"]} if world.scenario.is_october else written


def _amounts(group: Group, *, is_october: bool, in_credits: bool) -> dict[str, Any]:
    """Return a group's or a date's figures; May's contract has no member for amounts in credits."""
    written: dict[str, Any] = {
        "amount": amount(group.amount(in_credits=in_credits)), "job_count": group.jobs, "time_us": group.time_us,
    }  # fmt: skip
    if is_october:
        by_unit = {"USD": group.dollars, "credit": group.credits}
        written["amount_unit"] = "credit" if in_credits else "USD"
        # A currency without activity is not listed; without any activity, the list has zero dollars.
        shown = {unit: micros for unit, micros in by_unit.items() if micros} or {"USD": 0}
        written["amounts"] = [{"amount": amount(micros), "unit": unit} for unit, micros in shown.items()]
    return written


def _named(world: World, number: int, grouping: str) -> dict[str, str]:
    organization = world.history.organization
    if grouping == "project":
        return {"group_id": organization.project_ids[number], "group_name": organization.project_names[number]}
    if grouping == "user":
        return {"group_id": organization.user_ids[number], "group_name": organization.user_names[number]}
    name = job_name(world.scenario.seed, int(world.jobs.serial[number]), hostile=world.scenario.hostile)
    return {"group_id": world.job_id(number), "group_name": name or ""}


ROUTES = (Endpoint("GET", "/organizations/{organization_id}/usage", get_usage),)
