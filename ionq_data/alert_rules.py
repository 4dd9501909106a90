"""The settings of alerts, ``[alerts]`` in the configuration file: destinations and thresholds."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True)

STALE_AFTER_HOURS = {"10 minutes": 1.0, "hour": 4.0, "6 hours": 18.0}
"""Maximum age of a resource's last complete sync, by its schedule: a few intervals."""


class FidelityRegression(BaseModel):
    """A backend got worse: its newest measurement is out of the ordinary, or a metric's level has changed.

    Attributes:
        min_robust_z: robust standard deviations from the 30-day median (``fidelity_trends.robust_z``).
        min_confidence: of a change of level (``fidelity_changes.confidence``).
        within_days: how long a change or a measurement is news.
    """

    model_config = _STRICT

    enabled: bool = True
    metrics: tuple[str, ...] = ("1q", "2q", "spam")
    min_robust_z: float = Field(default=3.5, ge=0)
    min_confidence: float = Field(default=0.95, ge=0, le=1)
    within_days: float = Field(default=14, gt=0)


class BudgetAtRisk(BaseModel):
    """The running month of a project, or of all, is spent beyond its budget or likely to be.

    Attributes:
        min_probability: of exceeding the budget (``budget_status.probability_of_exceeding``).
        forecast_share: a setting of release 0.1.0, which had no probability; files that have it can still be read.
    """

    model_config = _STRICT

    enabled: bool = True
    min_probability: float = Field(default=0.5, gt=0, le=1)
    forecast_share: float | None = Field(
        default=None, gt=0, deprecated="read from files of 0.1.0; min_probability counts"
    )


class CostAnomaly(BaseModel):
    """A project's cost of a day stands out (``cost_anomalies``).

    Attributes:
        min_score: of a spike, in robust standard deviations from what was expected (the mart lists from 3.5 on).
        min_amount: least difference from what was expected, in the currency of the cost.
        within_days: how long a day is news.
    """

    model_config = _STRICT

    enabled: bool = True
    reasons: tuple[Literal["spike", "new_project", "drop", "creep", "weekday_shift"], ...] = (
        "spike",
        "new_project",
        "creep",
    )
    min_score: float = Field(default=6, ge=0)
    min_amount: Decimal = Field(default=Decimal(0), ge=0)
    within_days: float = Field(default=4, gt=0)


class StaleData(BaseModel):
    """A resource has had no complete sync, or the warehouse no publication, for too long.

    Attributes:
        after_hours: by resource, where it is not the usual (``STALE_AFTER_HOURS``).
        otherwise_after_hours: for those that are copied less often than every 6 hours.
    """

    model_config = _STRICT

    enabled: bool = True
    after_hours: dict[str, float] = Field(default_factory=dict)
    otherwise_after_hours: float = Field(default=50, gt=0)
    warehouse_after_hours: float = Field(default=26, gt=0)

    def allowed_hours(self, resource: str, every: str) -> float:
        """Return the maximum age of the last complete sync of a resource that is copied ``every`` so often."""
        return self.after_hours.get(resource, STALE_AFTER_HOURS.get(every, self.otherwise_after_hours))


class IncompleteSync(BaseModel):
    """The last syncs of a resource did not read everything that the API shows.

    Attributes:
        after_runs: how many in a row.
    """

    model_config = _STRICT

    enabled: bool = True
    after_runs: int = Field(default=1, ge=1)


class FailedRun(BaseModel):
    """A run of the pipeline failed, and the job has not succeeded since."""

    model_config = _STRICT

    enabled: bool = True


class Rules(BaseModel):
    """The rules by name, as in ``[alerts.rules.stale_data]``."""

    model_config = _STRICT

    fidelity_regression: FidelityRegression = FidelityRegression()
    budget_at_risk: BudgetAtRisk = BudgetAtRisk()
    cost_anomaly: CostAnomaly = CostAnomaly()
    stale_data: StaleData = StaleData()
    incomplete_sync: IncompleteSync = IncompleteSync()
    failed_run: FailedRun = FailedRun()


class Alerts(BaseModel):
    """The destinations and rules of alerts.

    Attributes:
        urls_env: the environment variable with Apprise URLs, white space between them. They hold secrets, so
            they are never written into the file.
    """

    model_config = _STRICT

    urls_env: str = "IONQ_ALERT_URLS"
    rules: Rules = Rules()
