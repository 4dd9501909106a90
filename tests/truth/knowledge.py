"""What an outsider who visited an API several times knows of its jobs and of what they cost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.truth.answers import TERMINAL, Answers, Json, is_qpu
from tests.truth.confirming import Charge, Reports, unit_of

MICROS = Decimal("0.000001")


@dataclass(frozen=True)
class Bill:
    """The last answer about a job's cost: ``first_at`` is when it was first given; money with its unit."""

    answer: Json
    first_at: datetime
    is_settled: bool
    is_refused: bool = False

    @property
    def cost(self) -> Decimal | None:
        return money(self.answer.get("cost"))

    @property
    def currency(self) -> str | None:
        return unit(self.answer.get("cost"))


@dataclass(frozen=True)
class Job:
    """A job as it was last seen; ``seen_at`` is when that was."""

    json: Json
    seen_at: datetime
    is_deleted: bool

    @property
    def id(self) -> str:
        return str(self.json["id"])

    @property
    def is_terminal(self) -> bool:
        return self.json["status"] in TERMINAL

    @property
    def is_qpu(self) -> bool:
        return is_qpu(self.json["backend"])

    @property
    def submitted(self) -> datetime:
        return instant(self.json["submitted_at"])  # type: ignore[return-value]

    @property
    def started(self) -> datetime | None:
        return instant(self.json["started_at"])

    @property
    def completed(self) -> datetime | None:
        return instant(self.json["completed_at"])

    @property
    def qpu_seconds(self) -> float | None:
        billed = (self.json.get("stats") or {}).get("billed_quantum_compute_time_us")
        ran = self.json["execution_duration_ms"]
        return billed / 1e6 if billed else None if ran is None else ran / 1e3  # 0 is said of jobs billed on gates


@dataclass(frozen=True)
class Knowledge:
    """The visits, oldest first, and what follows from them. The files are those that the build was given."""

    visits: Sequence[Answers]
    budgets: Path | None = None
    cost_centers: Path | None = None

    @property
    def whole(self) -> list[Answers]:
        """The visits that read more than the backends."""
        return [visit for visit in self.visits if visit.usage]

    @property
    def last(self) -> Answers:
        return self.whole[-1]

    @property
    def as_of(self) -> datetime:
        return self.last.at

    @property
    def organization(self) -> str:
        return str(self.last.sessions["organization_id"])

    @cached_property
    def jobs(self) -> dict[str, Job]:
        known: dict[str, Job] = {}
        for visit in self.whole:
            known |= {key: Job(json, visit.at, False) for key, json in visit.jobs.items()}
        return {key: Job(job.json, job.seen_at, key not in self.last.jobs) for key, job in known.items()}

    @cached_property
    def bills(self) -> dict[str, Bill]:
        """Final where two answers a day apart agree, the job ended a week before, or it is never priced.

        Then nobody asks again. A bill that has changed is also final where the usage report confirms it.
        """
        known: dict[str, Bill] = {}
        jobs: dict[str, Json] = {}
        reports, changed = Reports(), set[str]()
        for visit in self.whole:
            jobs |= visit.jobs
            for key, answer in visit.costs.items():
                before = known.get(key)
                if before and before.is_settled:
                    continue
                changed |= {key} if before and before.answer != answer else set()
                first = before.first_at if before and before.answer == answer else visit.at
                ended = instant(visit.jobs[key]["completed_at"])
                is_final = ended is not None and visit.at - ended >= timedelta(days=7)
                is_final = is_final or visit.at - first >= timedelta(hours=24) or answer == {"dry_run": False}
                known[key] = Bill(answer, first, is_final)
            for key in set(known) - set(visit.jobs):
                if not known[key].is_settled:
                    known[key] = Bill(known[key].answer, known[key].first_at, False, is_refused=True)
            for key in reports.confirmed(visit.usage, _charges(known, jobs), visit.at.date()) & changed:
                if not known[key].is_refused:
                    known[key] = replace(known[key], is_settled=True)
        return known

    def is_billed(self, job_id: str) -> bool:
        """Tell whether a job has an amount of its own; a dry run never has."""
        bill = self.bills.get(job_id)
        return bill is not None and bill.cost is not None and not self.jobs[job_id].json["dry_run"]

    def ancestors(self, job_id: str) -> list[str]:
        """Return the known jobs above a job, nearest first."""
        above: list[str] = []
        parent = self.jobs[job_id].json["parent_job_id"]
        while parent in self.jobs and parent not in above:
            above.append(parent)
            parent = self.jobs[parent].json["parent_job_id"]
        return above

    def root(self, job_id: str) -> str:
        return (self.ancestors(job_id) or [job_id])[-1]

    @cached_property
    def counted_bills(self) -> dict[str, Bill]:
        """The bills that count: those that no bill of an ancestor covers."""
        return {
            key: bill
            for key, bill in self.bills.items()
            if self.is_billed(key) and not any(self.is_billed(above) for above in self.ancestors(key))
        }

    @cached_property
    def bills_by_root(self) -> dict[str, dict[str, Bill]]:
        families: dict[str, dict[str, Bill]] = {}
        for key, bill in self.counted_bills.items():
            families.setdefault(self.root(key), {})[key] = bill
        return families

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """The latest name of each project and of each user that a report lists; the list of projects goes before."""
        listed = {one["id"]: one["name"] for one in self.last.projects or []}
        return {
            grouping: {
                group["group_id"]: group["group_name"]
                for entry in sorted(answer["usage_data"], key=lambda entry: entry["from"])
                for group in entry["group_usages"]
            }
            | (listed if grouping == "project" else {})
            for grouping, answer in self.last.usage.items()
        }

    @cached_property
    def calibrations(self) -> dict[str, tuple[list[datetime], list[Json]]]:
        """Each backend's plausible characterizations, oldest first, with their instants."""
        measured: dict[str, list[Json]] = {}
        for one in sorted(self.last.characterizations.values(), key=lambda one: (one["date"], one["id"])):
            if is_plausible(one):
                measured.setdefault(one["backend"], []).append(one)
        return {name: ([instant(one["date"]) for one in ones], ones) for name, ones in measured.items()}  # type: ignore[misc]

    def calibration(self, backend: str, at: datetime) -> Json | None:
        """Return the newest characterization of a backend at an instant."""
        instants, ones = self.calibrations.get(backend, ([], []))
        place = bisect_right(instants, at)
        return ones[place - 1] if place else None


def _charges(bills: Mapping[str, Bill], jobs: Mapping[str, Json]) -> list[Charge]:
    """Return the bills that no bill of the job above covers."""
    costs = {key: None if jobs[key]["dry_run"] else bill.cost for key, bill in bills.items()}
    return [
        Charge(jobs[key], costs[key], unit_of(bill.answer["cost"]) if bill.cost is not None else None, bill.is_settled)
        for key, bill in bills.items()
        if costs.get(jobs[key]["parent_job_id"]) is None
    ]


def is_plausible(characterization: Json) -> bool:
    """Return whether each median that is said is one of a working machine."""
    least = {"1q": 0.95, "2q": 0.75, "spam": 0.85}
    said = {metric: characterization["fidelity"].get(metric) or {} for metric in least}
    medians = {metric: one.get("median", one.get("mean")) for metric, one in said.items()}
    return all(value is None or least[metric] <= value <= 1 for metric, value in medians.items())


def instant(text: str | None) -> datetime | None:
    """Return an API's timestamp as UTC without a zone, as the warehouse has it."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def money(amount: Json | None) -> Decimal | None:
    return None if amount is None else Decimal(amount["value"]).quantize(MICROS)


def unit(amount: Json | None) -> str | None:
    return None if amount is None else str(amount["unit"]).upper()


def number(value: Any) -> float | None:
    return None if value is None else float(value)


def seconds(later: datetime | None, earlier: datetime | None) -> float | None:
    """Return the seconds between two instants; None where one is missing or the difference is negative."""
    if later is None or earlier is None or later < earlier:
        return None
    return (later - earlier).total_seconds()
