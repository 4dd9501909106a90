"""Count the requests of incremental syncs, and compare them with the least possible number."""

from __future__ import annotations

from benchmarks.measuring import run_work
from benchmarks.plan import Plan
from benchmarks.results import Row, Section, Table

TARGET = 1.02
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
    return Section(
        title="Requests of incremental syncs",
        rows=[
            Row(
                what="requests of an incremental sync",
                target=f"≤ {TARGET} × the least possible",
                figure=f"{counted / least:.3f} × (without costs {without[0] / without[1]:.2f} ×)",
                is_met=counted <= TARGET * least,
                reason=REASON,
            )
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
            )
        ],
        notes=[
            "The least is computed from the emulator's own columns and not from anything of the pipeline. It grants "
            "what the rules ask for: a listing is read again for a day before its watermark and to the first page that "
            "lies wholly before, and the cost of each job that has ended is asked for until it is settled.",
        ],
    )
