"""Peak memory and time of a whole extraction at three sizes, each ten times the one before."""

from __future__ import annotations

from benchmarks.extraction import extract
from benchmarks.measuring import Sample
from benchmarks.plan import Plan
from benchmarks.results import TOUCHES_ALL, TOUCHES_LITTLE, Row, Section, Series, Table
from benchmarks.serving import serving

MOST_MB, MOST_GROWTH = 300, 1.1
REASON = (
    "The current version of each key is held in memory (25 bytes each) to tell what has changed; the next step is to "
    "release the months that a listing has left behind."
)


def measure(plan: Plan) -> Section:
    """Extract each organization once: memory does not vary from run to run as time does."""
    samples: dict[int, Sample] = {}
    for jobs in plan.synced:
        with serving(jobs) as served:
            samples[jobs] = extract(served.base_url, plan.fresh("memory"), served.environment)
    most, growth = samples[plan.large].peak_mb, samples[plan.large].peak_mb / samples[plan.middle].peak_mb
    return Section(
        title="Memory of an extraction",
        rows=[
            Row(
                what=f"peak memory, {plan.large:,} jobs",
                target=f"≤ {MOST_MB} MB",
                figure=f"{most:.0f} MB",
                is_met=most <= MOST_MB,
                reason=REASON,
            ),
            Row(
                what=f"the same against {plan.middle:,} jobs",
                target="within 10 %",
                figure=f"{growth - 1:+.0%}",
                is_met=growth <= MOST_GROWTH,
                reason=REASON,
            ),
        ],
        tables=[
            Table(
                title="One extraction of jobs and costs each",
                columns=("jobs", "peak memory", "time", "requests", "lake"),
                rows=[
                    (
                        f"{jobs:,}",
                        f"{sample.peak_mb:.0f} MB",
                        f"{sample.seconds:.1f} s",
                        f"{sum(sample.facts['requests'].values()):,}",
                        f"{sample.facts['lake_mb']:.1f} MB",
                    )
                    for jobs, sample in samples.items()
                ],
            )
        ],
        series=[
            Series(
                what="extraction, time",
                unit="s",
                most=TOUCHES_ALL,
                values={jobs: sample.seconds for jobs, sample in samples.items()},
            ),
            Series(
                what="extraction, memory",
                unit="MB",
                most=TOUCHES_LITTLE,
                values={jobs: sample.peak_mb for jobs, sample in samples.items()},
                reason=REASON,
            ),
        ],
    )
