"""Count the requests of incremental syncs, and compare them with the least possible number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measuring import run_work
from benchmarks.plan import Plan
from benchmarks.results import Row, Section, Table

TARGET = 1.02
MOST_COSTS = 2.2
A_YEAR = 20_000
DAYS, LEFT_OUT = 28, 4
"""Days of hourly syncs, and how many of them the bills of the history before them still settle in."""
KINDS = ("pages of jobs", "open jobs", "costs", "all other resources")
REASON = "The table shows which kind exceeds the least; the next step is to end that one's reading earlier."


def measure(plan: Plan) -> Section:
    """Count once: requests do not vary from run to run."""
    steps = run_work("count_requests", str(plan.middle)).facts["steps"]
    counted = sum(sum(step["counted"].values()) for step in steps)
    least = sum(sum(step["least"].values()) for step in steps)
    # Costs are by far the most, and each is needed: what remains says how well the rest does.
    without = [
        sum(number for step in steps for kind, number in step[which].items() if kind != "costs")
        for which in ("counted", "least")
    ]
    hourly = _hourly()
    return Section(
        title="Requests of incremental syncs",
        rows=[
            Row(
                what="requests of an incremental sync",
                target=f"≤ {TARGET} × the least possible",
                figure=f"{counted / least:.3f} × (without costs {without[0] / without[1]:.2f} ×)",
                is_met=counted <= TARGET * least,
                reason=REASON,
            ),
            Row(
                what=f"hourly syncs of {A_YEAR:,} jobs a year: cost requests for each job",
                target=f"≤ {MOST_COSTS:g}",
                figure=f"{hourly.costs_a_job:.2f}",
                is_met=hourly.costs_a_job <= MOST_COSTS,
                reason=REASON,
            ),
        ],
        tables=[
            Table(
                title=f"After a first sync of {plan.middle:,} jobs: counted / least",
                columns=("hours since the last sync", *KINDS, "all"),
                rows=[
                    (
                        str(step["hours"]),
                        *(f"{step['counted'].get(kind, 0):,} / {step['least'][kind]:,}" for kind in KINDS),
                        f"{sum(step['counted'].values()):,} / {sum(step['least'].values()):,}",
                    )
                    for step in steps
                ],
            ),
            Table(
                title=f"Hourly syncs of an organization with {A_YEAR:,} jobs a year: {DAYS - LEFT_OUT} days, and what "
                "that is in a year",
                columns=("", *KINDS, "all", "MB of JSON", "seconds"),
                rows=[
                    ("counted", *hourly.rows["counted"], f"{hourly.megabytes:,.0f}", f"{hourly.seconds:,.0f}"),
                    ("least possible", *hourly.rows["least"], "", ""),
                    (
                        "a year",
                        *(f"{number * hourly.years:,.0f}" for number in hourly.counted),
                        f"{hourly.megabytes * hourly.years:,.0f}",
                        f"{hourly.seconds * hourly.years:,.0f}",
                    ),
                ],
            ),
        ],
        notes=[
            "The least is computed from the emulator's own columns and not from anything of the pipeline. It grants "
            "what the rules ask for: a listing is read again for a day before its watermark and to the first page that "
            "lies wholly before, and the cost of each job that has ended is asked for until it is settled.",
        ],
    )


@dataclass(frozen=True)
class Hourly:
    """Hourly syncs for some days, once the bills of the history have settled.

    Attributes:
        counted: requests by kind, and all of them.
        least: the least possible numbers.
        jobs: the jobs whose bills became due.
        megabytes: the bodies of all answers.
    """

    counted: Sequence[int]
    least: Sequence[int]
    jobs: int
    megabytes: float
    seconds: float

    @property
    def years(self) -> float:
        """How often the days fit into a year."""
        return 365 / (DAYS - LEFT_OUT)

    @property
    def costs_a_job(self) -> float:
        return self.counted[KINDS.index("costs")] / self.jobs

    @property
    def rows(self) -> dict[str, Sequence[str]]:
        """The numbers as texts."""
        both = {"counted": self.counted, "least": self.least}
        return {which: [f"{number:,}" for number in numbers] for which, numbers in both.items()}


def _hourly() -> Hourly:
    history = A_YEAR * 60 // 365
    hours = ["1"] * (24 * DAYS)
    facts = run_work("count_requests", str(history), "--a-year", str(A_YEAR), "--hours", *hours).facts
    steps = facts["steps"][24 * LEFT_OUT :]
    numbers = {
        which: [sum(step[which].get(kind, 0) for step in steps) for kind in KINDS] for which in ("counted", "least")
    }
    return Hourly(
        counted=[*numbers["counted"], sum(numbers["counted"])],
        least=[*numbers["least"], sum(numbers["least"])],
        jobs=sum(step["billed"] for step in steps),
        megabytes=sum(step["bytes"] for step in steps) / 1e6,
        seconds=sum(step["seconds"] for step in steps),
    )
