"""Following ``plan`` is worth it on a few simulated organizations, and what judges it is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sql import plan_quality
from tests.sql.plan_quality import Decision, bootstrap, decide


@pytest.mark.prove
def test_plan_is_near_the_best_and_its_chances_hold(tmp_path: Path) -> None:
    decisions = [one for seed in (2200, 2201, 2202) for one in decide(tmp_path / str(seed), seed)]
    known = [one for one in decisions if one.has_history]
    calm, urgent = [one for one in known if not one.is_urgent], [one for one in known if one.is_urgent]
    assert len(calm) > 50
    assert len(urgent) > 50
    assert np.mean([one.regrets["plan"] for one in calm]) < 0.05
    for some in (calm, urgent):
        assert np.mean([one.regrets["plan"] for one in some]) < np.mean([one.regrets["shortest queue"] for one in some])
    assert np.mean([one.regrets["plan"] for one in urgent]) < 0.05
    assert np.mean(["plan" in one.late for one in urgent]) <= 0.1
    chances = [pair for one in urgent for pair in one.chances]
    assert np.mean([came for said, came in chances if said >= 0.9]) >= 0.9
    assert "| any start | plan |" in plan_quality.section(decisions)


def decision(seed: int, regret: float) -> Decision:
    return Decision(seed, False, {"plan": regret}, frozenset())


def test_an_interval_is_of_organizations_not_of_decisions() -> None:
    """Two organizations that never differ within themselves: a draw has both, or one of them twice."""
    decisions = [decision(seed, float(seed)) for seed in (0, 1) for _ in range(1000)]
    assert bootstrap(decisions, lambda one: one.regrets["plan"]) == (0.5, 0.0, 1.0)
    assert bootstrap([decision(7, 0.25)] * 9, lambda one: one.regrets["plan"]) == (0.25, 0.25, 0.25)
