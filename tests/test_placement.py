"""Where to run a circuit: hand-made facts for every rule of the advice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from ionq_data.placement import Advice, Circuit, Held, Option, advise

NOW = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)  # a Monday
CIRCUIT = Circuit(qubits=12, gates_1q=200, gates_2q=60, shots=1000)
BACKEND: dict[str, Any] = {"status": "available", "is_listed": True, "has_access": True, "qubits": 36}
GATES = {"minimum": "25.79", "of_1q": "0.0001645", "of_2q": "0.001121"}


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table data_freshness as
            from (values
                ('a', 'jobs', timestamp '2026-06-15 09:00'), ('b', 'jobs', timestamp '2026-06-15 10:00'),
                ('a', 'usage', timestamp '2026-06-15 10:20')
            ) as synced (account, resource, last_complete_sync_at);
            create table dim_backends (
                backend varchar, is_qpu boolean, status varchar, is_listed boolean, has_access boolean, qubits int,
                supported_error_mitigations varchar
            );
            create table fct_characterizations (
                characterization_id varchar, backend varchar, is_plausible boolean, measured_at timestamp,
                fidelity_1q double, fidelity_2q double, fidelity_spam double, gate_1q_seconds double,
                gate_2q_seconds double, readout_seconds double, reset_seconds double
            );
            create table rates_in_force (
                organization varchar, backend varchar, is_debiased boolean, observed_at timestamp, currency varchar,
                minimum_cost decimal(18, 10), cost_per_1q_gate_shot decimal(18, 10),
                cost_per_2q_gate_shot decimal(18, 10), cost_per_compute_second decimal(18, 10)
            );
            create table success_calibration (
                backend varchar, is_debiased boolean, expected_from double, jobs int, observed double, low double,
                high double
            );
            create table queue_forecast (
                backend varchar, iso_weekday int, hour int, p50_seconds double, p90_seconds double, jobs int
            );
            """
        )
        yield connection


def add(
    warehouse: duckdb.DuckDBPyConnection,
    name: str,
    *,
    fidelities: tuple[float, float, float] | None = (0.9998, 0.995, 0.995),
    gates: dict[str, str] | None = GATES,
    second: str | None = None,
    waits: dict[tuple[int, int], tuple[float, float]] | None = None,
    currency: str = "USD",
    **said: Any,
) -> None:
    row = BACKEND | said
    warehouse.execute(
        "insert into dim_backends values (?, true, ?, ?, ?, ?, 'debias')",
        [name, row["status"], row["is_listed"], row["has_access"], row["qubits"]],
    )
    if fidelities:
        for number, (measured, plausible, values) in enumerate(
            (("2026-06-14 10:30", True, fidelities), ("2026-06-15", False, (0.5, 0.5, 0.5)))
        ):
            warehouse.execute(
                "insert into fct_characterizations values (?, ?, ?, ?, ?, ?, ?, 0.0001, 0.0006, 0.0002, 0.00001)",
                [f"{name}-{number}", name, plausible, measured, *values],
            )
    prices = (gates or {}).get
    for observed, factor in (("2026-01-01", 9), ("2026-06-01", 1)):  # the newest rate counts
        values = [
            v if v is None else Decimal(v) * factor for v in (*map(prices, ("minimum", "of_1q", "of_2q")), second)
        ]
        warehouse.execute(
            "insert into rates_in_force values ('a', ?, false, ?, ?, ?, ?, ?, ?)",
            [name, observed, currency, *values],
        )
    for (day, hour), (p50, p90) in (waits if waits is not None else {(1, 10): (600.0, 3600.0)}).items():
        warehouse.execute("insert into queue_forecast values (?, ?, ?, ?, ?, 60)", [name, day, hour, p50, p90])


def ask(warehouse: duckdb.DuckDBPyConnection, circuit: Circuit = CIRCUIT, **conditions: Any) -> Advice:
    return advise(warehouse, circuit, now=NOW, **conditions)


def only(advice: Advice) -> Option:
    (option,) = advice.options
    return option


def test_one_backend_by_the_formulas(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a")
    advice = ask(warehouse)
    option = only(advice)
    success = 0.9998**200 * 0.995**60 * 0.995**12
    price = Decimal(1000) * (200 * Decimal("0.0001645") + 60 * Decimal("0.001121"))
    assert option.expected_success == pytest.approx(success)
    assert (option.price, option.currency, option.is_price_estimated) == (price.quantize(Decimal("0.01")), "USD", False)
    assert option.cost_per_success == round(price / Decimal(success), 2)
    assert (option.wait_p50_seconds, option.wait_p90_seconds) == (600.0, 3600.0)
    assert option.calibration_age_hours == pytest.approx(24)
    assert advice.choice == option
    assert advice.as_of == datetime(2026, 6, 15, 10, tzinfo=UTC)
    assert "qpu.a" in advice.reason


def test_a_small_job_costs_the_minimum(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a")
    assert only(ask(warehouse, Circuit(qubits=2, gates_1q=1, gates_2q=1, shots=1))).price == Decimal("25.79")


def test_compute_time_is_estimated_from_the_gate_times(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a", gates=None, second="2")
    option = only(ask(warehouse))
    seconds = 1000 * (200 * 0.0001 + 60 * 0.0006 + 0.0002 + 0.00001)
    assert option.price == round(Decimal(2 * seconds), 2)
    assert option.is_price_estimated


def test_the_least_cost_per_success_wins(warehouse: duckdb.DuckDBPyConnection) -> None:
    cheap = {name: str(Decimal(price) / 2) for name, price in GATES.items()}
    add(warehouse, "qpu.best", fidelities=(0.9999, 0.997, 0.997))
    add(warehouse, "qpu.cheap", gates=cheap)
    advice = ask(warehouse)
    assert advice.choice is not None
    assert advice.choice.backend == "qpu.cheap"
    assert min(option.cost_per_success for option in advice.options) == advice.choice.cost_per_success


def test_prices_in_two_currencies_are_not_compared(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.best", fidelities=(0.9999, 0.997, 0.997))
    add(warehouse, "qpu.credits", currency="CREDIT", gates={"minimum": "1", "of_1q": "0.0000001", "of_2q": "0.0000001"})
    advice = ask(warehouse)
    assert advice.choice is not None
    assert advice.choice.backend == "qpu.best"
    assert "several currencies" in advice.reason


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"status": "unavailable"}, "unavailable"),
        ({"has_access": False}, "no access"),
        ({"qubits": 11}, "only 11 qubits"),
        ({"fidelities": None}, "success not known"),
    ],
)
def test_what_cannot_be_used_says_why(warehouse: duckdb.DuckDBPyConnection, said: dict[str, Any], why: str) -> None:
    add(warehouse, "qpu.a", **said)
    advice = ask(warehouse)
    assert advice.choice is None
    assert why in advice.rejected["qpu.a"]


def test_conditions_leave_nothing_rather_than_something_unknown(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.dear")
    add(warehouse, "qpu.unpriced", gates=None)
    add(warehouse, "qpu.unknown_wait", waits={})
    limits = ask(warehouse, max_cost=Decimal(50), before=NOW + timedelta(hours=2))
    assert limits.choice is None
    assert limits.rejected["qpu.dear"].startswith("costs ")
    assert limits.rejected["qpu.unpriced"] == "price not known"
    late = ask(warehouse, before=NOW + timedelta(minutes=59))
    assert late.rejected["qpu.dear"] == "may start too late"
    assert late.rejected["qpu.unknown_wait"] == "wait not known"
    assert ask(warehouse, before=NOW + timedelta(hours=1)).choice is not None


def test_a_missing_price_is_named_and_the_best_is_taken(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.best", gates={"minimum": "25.79", "of_1q": "0.0001645"}, fidelities=(0.9999, 0.999, 0.999))
    add(warehouse, "qpu.a")
    advice = ask(warehouse)
    assert advice.choice is not None
    assert (advice.choice.backend, advice.choice.price, advice.choice.unknown) == ("qpu.best", None, ("price",))
    assert "not every price is known" in advice.reason


def test_the_best_hour_of_the_week_ahead(warehouse: duckdb.DuckDBPyConnection) -> None:
    waits = {(1, 10): (600.0, 3600.0), (1, 9): (60.0, 100.0), (3, 4): (60.0, 90.0), (7, 2): (500.0, 900.0)}
    add(warehouse, "qpu.a", waits=waits)
    add(warehouse, "qpu.quiet", waits={(1, 10): (5.0, 9.0), (3, 4): (60.0, 90.0)})
    by_name = {option.backend: option for option in ask(warehouse).options}
    found = by_name["qpu.a"]
    assert (found.best_hour, found.best_hour_p50_seconds) == (datetime(2026, 6, 17, 4, tzinfo=UTC), 60.0)
    assert by_name["qpu.quiet"].best_hour is None, "no hour is better than now"


def test_a_backend_that_is_no_longer_listed_is_no_option(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.gone", is_listed=False)
    assert ask(warehouse).options == ()


def test_an_empty_warehouse_says_so(warehouse: duckdb.DuckDBPyConnection) -> None:
    advice = ask(warehouse)
    assert advice.choice is None
    assert "sync" in advice.reason


def test_an_expected_success_says_how_well_it_has_held(warehouse: duckdb.DuckDBPyConnection) -> None:
    """0.9998^200 × 0.995^72 is 0.67: the bin from 0.6 on, of this backend, without debiasing."""
    add(warehouse, "qpu.a")
    add(warehouse, "qpu.b")
    warehouse.execute(
        """
        insert into success_calibration values
            ('qpu.a', false, 0.6, 12, 0.71, 0.66, 0.76), ('qpu.a', false, 0.5, 3, 0.5, 0.4, 0.6),
            ('qpu.a', true, 0.6, 9, 0.9, 0.8, 1), ('qpu.c', false, 0.6, 9, 0.9, 0.8, 1)
        """
    )
    of_a, of_b = ask(warehouse).options
    assert of_a.held == Held(jobs=12, observed=0.71, low=0.66, high=0.76)
    assert of_b.held is None
    assert 0.6 < of_a.expected_success < 0.7
