"""The rules over the published warehouse, each with rows that are just enough and just not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ionq_data.alerts import Alert, evaluate
from ionq_data.config import Settings
from ionq_data.lake import Lake
from tests.alerts.warehouse import NOW, publish

DAY = timedelta(days=1)
TODAY = NOW.replace(tzinfo=None)


def found(tmp_path: Path, rules: dict[str, Any] | None = None, **rows: Any) -> list[Alert]:
    publish(tmp_path, **rows)
    settings = Settings(data_dir=tmp_path, alerts={"rules": rules or {}})
    return evaluate(settings, Lake(settings.lake_dir), now=NOW)


def measurement(
    days_ago: float, robust_z: float, *, backend: str = "qpu.forte-1", metric: str = "2q"
) -> tuple[Any, ...]:
    is_regression = robust_z < -3.5
    return (
        "qpu.forte-1",
        metric,
        TODAY - days_ago * DAY,
        0.99 + robust_z / 1000,
        "fraction",
        0.99,
        robust_z,
        is_regression,
    )


def test_nothing_published_is_nothing_found(tmp_path: Path) -> None:
    assert evaluate(Settings(data_dir=tmp_path), Lake(tmp_path / "lake"), now=NOW) == []


def test_a_quiet_warehouse_has_no_alerts(tmp_path: Path) -> None:
    assert found(tmp_path, fidelity_trends=[measurement(1, -1.0)]) == []


def test_newest_measurement_out_of_the_ordinary_is_a_regression(tmp_path: Path) -> None:
    trends = [measurement(4, 0.2), measurement(3, -5.0), measurement(2, -6.0), measurement(1, -4.0)]
    [alert] = found(tmp_path, fidelity_trends=trends)
    assert (alert.rule, alert.subject, alert.period) == ("fidelity_regression", "qpu.forte-1/2q", "2026-06")
    assert alert.title == "qpu.forte-1: 2q is 98.600 %, usual is 99.000 %"
    assert "4.0 robust standard deviations" in alert.body
    assert "since 2026-06-12 12:00 UTC" in alert.body  # when the spell of three began


@pytest.mark.parametrize(
    "trends",
    [
        [measurement(2, -9.0), measurement(1, 0.0)],  # it recovered
        [measurement(15, -9.0)],  # too long ago
        [measurement(1, -9.0, metric="readout")],  # not among the metrics
        [measurement(1, -3.0)],  # not out of the ordinary
    ],
)
def test_what_is_over_or_old_or_ordinary_is_no_regression(tmp_path: Path, trends: list[tuple[Any, ...]]) -> None:
    assert found(tmp_path, fidelity_trends=trends) == []


def change(days_ago: float, *, confidence: float = 0.99, worse: bool = True) -> tuple[Any, ...]:
    levels = (0.993, 0.987) if worse else (0.987, 0.993)
    return ("qpu.forte-1", "2q", TODAY - days_ago * DAY, *levels, "fraction", worse, confidence)


def test_a_change_of_level_for_the_worse_is_a_regression_and_one_alert_with_the_measurements(tmp_path: Path) -> None:
    [alert] = found(tmp_path, fidelity_changes=[change(6)], fidelity_trends=[measurement(6, -5), measurement(1, -4)])
    assert alert.title == "qpu.forte-1: 2q went from 99.300 % to 98.700 %"
    assert "Since 2026-06-09 12:00 UTC" in alert.body
    assert alert.identity == ("fidelity_regression", "qpu.forte-1/2q", "2026-06")


@pytest.mark.parametrize("changes", [[change(15)], [change(6, confidence=0.9)], [change(6), change(1, worse=False)]])
def test_an_old_a_doubtful_or_an_undone_change_is_no_regression(tmp_path: Path, changes: list[tuple[Any, ...]]) -> None:
    assert found(tmp_path, fidelity_changes=changes) == []


def test_thresholds_of_fidelity_are_those_of_the_configuration(tmp_path: Path) -> None:
    rows = {"fidelity_trends": [measurement(1, -4.0, metric="1q")], "fidelity_changes": [change(20, confidence=0.9)]}
    wide = {"fidelity_regression": {"within_days": 30, "min_confidence": 0.9}}
    assert {alert.subject for alert in found(tmp_path, wide, **rows)} == {"qpu.forte-1/2q", "qpu.forte-1/1q"}
    narrow = {"fidelity_regression": {"min_robust_z": 4.5, "metrics": ["1q"]}}
    assert found(tmp_path, narrow, **rows) == []
    assert found(tmp_path, {"fidelity_regression": {"enabled": False}}, **rows) == []


def budget(
    spent: int,
    probability: float,
    *,
    month: date = date(2026, 6, 1),
    project: str | None = "p1",
    source: str = "budget_file",
) -> tuple[Any, ...]:
    name, forecast = project and "Chemistry", (Decimal(1200), Decimal(900), Decimal(1500))
    return ("org", project, name, month, Decimal(1000), Decimal(spent), *forecast, probability, "USD", source)


def test_a_budget_that_will_not_do_is_at_risk(tmp_path: Path) -> None:
    [alert] = found(tmp_path, budget_status=[budget(400, 0.731)])
    said = "Budget at risk in 2026-06: project “Chemistry” exceeds 1,000.00 USD with a probability of 73%"
    assert alert.title == said
    assert "1,200.00 USD, between 900.00 USD and 1,500.00 USD in four of five months" in alert.body
    assert alert.body.endswith("or change the budget in the budgets file.")
    assert (alert.severity, alert.subject, alert.period) == ("warning", "org/p1", "2026-06 USD at risk")
    [quota] = found(tmp_path, budget_status=[budget(400, 0.731, source="quota")])
    assert "ask for a higher project quota" in quota.body


def test_a_budget_that_is_spent_is_another_alert(tmp_path: Path) -> None:
    [at_risk] = found(tmp_path, budget_status=[budget(400, 0.6, project=None)])
    [exceeded] = found(tmp_path, budget_status=[budget(1001, 1.0, project=None)])
    assert exceeded.title == "Budget exceeded in 2026-06: the whole organization spent 1,001.00 USD of 1,000.00 USD"
    assert exceeded.severity == "failure"
    assert exceeded.identity != at_risk.identity


def test_other_months_and_missing_budgets_are_no_risk(tmp_path: Path) -> None:
    nine = Decimal(9000)
    without = ("org", "p2", "No budget", date(2026, 6, 1), None, nine, nine, nine, nine, None, "USD", None)
    past = budget(2000, 1.0, month=date(2026, 5, 1))
    assert found(tmp_path, budget_status=[past, budget(900, 0.49), without]) == []


def test_a_smaller_probability_can_be_asked_for(tmp_path: Path) -> None:
    rules = {"budget_at_risk": {"min_probability": 0.2}}
    assert len(found(tmp_path, rules, budget_status=[budget(500, 0.2)])) == 1
    assert found(tmp_path, rules, budget_status=[budget(500, 0.19)]) == []


def anomaly(
    day: date = date(2026, 6, 14), *, cost: int = 900, score: float | None = 8.0, reason: str = "spike"
) -> tuple[Any, ...]:
    return (
        "org",
        day,
        "p1",
        "Chemistry",
        Decimal(cost),
        Decimal(100),
        "USD",
        score,
        reason,
        13 if reason == "drop" else 1,
    )


def test_a_cost_that_stands_out_is_an_anomaly(tmp_path: Path) -> None:
    new = anomaly(date(2026, 6, 13), score=None, reason="new_project")
    first, second = found(tmp_path, cost_anomalies=[anomaly(), new])
    assert first.title.startswith("Cost of project “Chemistry” on 2026-06-13: 900.00 USD, a new project")
    assert second.title == "Cost of project “Chemistry” on 2026-06-14: 900.00 USD, far above 100.00 USD"
    assert "8.0 robust standard deviations" in second.body
    assert second.identity == ("cost_anomaly", "org/p1", "2026-06-14 USD spike")


@pytest.mark.parametrize("row", [anomaly(date(2026, 6, 8)), anomaly(score=3.0), anomaly(reason="drop")])
def test_an_old_a_small_or_an_unasked_anomaly_is_left_out(tmp_path: Path, row: tuple[Any, ...]) -> None:
    assert found(tmp_path, cost_anomalies=[row]) == []


def test_what_took_days_says_so(tmp_path: Path) -> None:
    rules = {"cost_anomaly": {"reasons": ["drop"]}}
    [alert] = found(tmp_path, rules, cost_anomalies=[anomaly(cost=0, score=-4.5, reason="drop")])
    said = "Cost of project “Chemistry” in the 13 days until 2026-06-14: 0.00 USD, nothing, instead of 100.00 USD"
    assert alert.title == said


def test_small_amounts_can_be_left_out(tmp_path: Path) -> None:
    rows = {"cost_anomalies": [anomaly(cost=900)]}
    assert len(found(tmp_path, {"cost_anomaly": {"min_amount": "800"}}, **rows)) == 1
    assert found(tmp_path, {"cost_anomaly": {"min_amount": "800.01"}}, **rows) == []


def test_hostile_names_are_plain_text_in_titles_and_bodies(tmp_path: Path) -> None:
    hostile = "<b>@everyone</b> [pay](https://evil.example) *now* `x` <!channel>\n# Head\u202e"
    row = list(anomaly())
    row[3] = hostile
    [alert] = found(tmp_path, cost_anomalies=[tuple(row)])
    assert not set("<>@[]*`#\n\u202e") & set(alert.title)
    assert not set("<>@[]*`#\u202e") & set(alert.body)
    assert "://" not in alert.title
    assert "everyone" in alert.title


def test_an_old_warehouse_is_stale(tmp_path: Path) -> None:
    publish(tmp_path, built_at=NOW - timedelta(hours=27))
    settings = Settings(data_dir=tmp_path)
    [alert] = evaluate(settings, Lake(settings.lake_dir), now=NOW)
    assert (alert.rule, alert.subject, alert.period) == ("stale_data", "warehouse", "2026-06-14T09:00:00Z")
    assert alert.title == "The warehouse has not been published for 27 hours"


def test_the_running_month_is_that_of_utc(tmp_path: Path) -> None:
    last_minutes = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    publish(tmp_path, budget_status=[budget(2000, 1.0)], built_at=last_minutes)
    settings = Settings(data_dir=tmp_path)
    in_auckland = last_minutes.astimezone(timezone(timedelta(hours=12)))
    assert len(evaluate(settings, Lake(settings.lake_dir), now=in_auckland)) == 1
    assert evaluate(settings, Lake(settings.lake_dir), now=in_auckland + timedelta(hours=1)) == []
