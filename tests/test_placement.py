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
                high double, shift double, margin_of_a_job double, calibration_age_hours double
            );
            create table fct_jobs (
                job_id varchar, backend varchar, status varchar, circuits int, is_debiased boolean, shots bigint,
                gates_1q bigint, gates_2q bigint, characterization_id varchar, submitted_at timestamp,
                billed_qpu_seconds double, predicted_queue_seconds double, queue_seconds double, root_job_id varchar,
                dry_run boolean, is_in_session boolean, is_deleted boolean, is_terminal boolean
            );
            create table fct_backend_snapshots (backend varchar, observed_at timestamp, average_queue_seconds double);
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


def test_a_calibration_that_lacks_a_fidelity_gives_way_to_the_one_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a")
    whole = only(ask(warehouse))
    newest = "insert into fct_characterizations by name select * replace ('n' as characterization_id, timestamp "
    newest += "'2026-06-15 10:00' as measured_at, null as fidelity_2q) "
    newest += "from fct_characterizations where is_plausible"
    warehouse.execute(newest)
    assert only(ask(warehouse)) == whole
    warehouse.execute("delete from fct_characterizations where characterization_id <> 'n'")
    partly = only(ask(warehouse))
    assert (partly.expected_success, partly.unknown) == (None, ("expected success",))
    assert partly.calibration_age_hours == 0.5


def test_a_small_job_costs_the_minimum(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a")
    assert only(ask(warehouse, Circuit(qubits=2, gates_1q=1, gates_2q=1, shots=1))).price == Decimal("25.79")


def test_compute_time_is_estimated_from_the_gate_times(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a", gates=None, second="2")
    option = only(ask(warehouse))
    seconds = 1000 * (200 * 0.0001 + 60 * 0.0006 + 0.0002 + 0.00001)
    assert option.price == round(Decimal(2 * seconds), 2)
    assert option.is_price_estimated


def bill(warehouse: duckdb.DuckDBPyConnection, backend: str, *shares: float, **said: Any) -> None:
    """Add jobs of 100 shots, 10 and 5 gates, billed for shares of their gates' times."""
    row = {"status": "completed", "circuits": 1, "is_debiased": False, "day": "2026-06-01"} | said
    for number, share in enumerate(shares):
        warehouse.execute(
            """
            insert into fct_jobs by name
            select ? as job_id, ? as backend, ? as status, ? as circuits, ? as is_debiased, 100 as shots,
                10 as gates_1q, 5 as gates_2q, ? as characterization_id, ? as submitted_at, ? as billed_qpu_seconds
            """,
            [f"{backend}-{number}", backend, row["status"], row["circuits"], row["is_debiased"], f"{backend}-0",
             row["day"], share * 100 * (10 * 0.0001 + 5 * 0.0006 + 0.0002 + 0.00001)],
        )  # fmt: skip


def test_an_estimated_time_goes_by_what_was_billed_so_far(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The median of five shares; not those of failed jobs, of several circuits, with debiasing, or of long ago."""
    add(warehouse, "qpu.a", gates=None, second="2")
    whole = only(ask(warehouse)).price
    bill(warehouse, "qpu.a", 0.4, 0.5, 0.5, 0.9)
    for apart in ({"status": "failed"}, {"circuits": 3}, {"is_debiased": True}, {"day": "2026-01-01"}):
        bill(warehouse, "qpu.a", 7, 7, 7, 7, 7, **apart)
    assert (only(ask(warehouse)).price, only(ask(warehouse)).timed_bills) == (whole, 0), "four bills are too few"
    bill(warehouse, "qpu.a", 0.6)
    option = only(ask(warehouse))
    seconds = 1000 * (200 * 0.0001 + 60 * 0.0006 + 0.0002 + 0.00001)
    assert option.price == round(Decimal(2 * 0.5 * seconds), 2)
    assert option.timed_bills == 5
    add(warehouse, "qpu.b", gates=None, second="2")
    bill(warehouse, "qpu.b", *[0.52] * 30)
    of_a, of_b = ask(warehouse).options
    assert of_a.price == of_b.price == round(Decimal(2 * 0.52 * seconds), 2), "the same, as far as one can tell"
    assert of_b.timed_bills == 35
    bill(warehouse, "qpu.a", *[0.8] * 40)
    of_a, of_b = ask(warehouse).options
    assert (of_a.timed_bills, of_b.timed_bills) == (75, 30), "30 bills or more, and a tenth off: its own"
    assert of_b.price == round(Decimal(2 * 0.52 * seconds), 2)


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
    late = ask(warehouse, before=NOW + timedelta(minutes=9))
    assert late.rejected["qpu.dear"] == "almost certainly too late"
    assert late.rejected["qpu.unknown_wait"] == "wait not known"


@pytest.mark.parametrize(
    ("bounds", "minutes", "chance"),
    [
        ((600.0, 3600.0), 60, 0.9),
        ((600.0, 3600.0), 59, 0.5),
        ((600.0, 3600.0), 9, 0.0),
        ((600.0, None), 300, 0.5),
        ((None, 3600.0), 59, 0.0),
        ((None, None), 59, None),
        ((0.0, 0.0), -1, 0.0),
    ],
)
def test_usual_waits_promise_what_their_bounds_promise(
    warehouse: duckdb.DuckDBPyConnection, bounds: tuple[Any, Any], minutes: int, chance: float | None
) -> None:
    add(warehouse, "qpu.a", waits={(1, 10): bounds})
    advice = ask(warehouse, before=NOW + timedelta(minutes=minutes))
    assert only(advice).chance_in_time == chance
    assert (advice.choice is not None) == (chance is not None and chance >= 0.5)
    assert only(ask(warehouse)).chance_in_time is None


def test_what_certainty_costs_is_said(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The better offer may start too late: it is named, for whoever can wait."""
    add(warehouse, "qpu.best", fidelities=(0.9999, 0.997, 0.997), waits={(1, 10): (600.0, 9000.0)})
    add(warehouse, "qpu.sure")
    advice = ask(warehouse, before=NOW + timedelta(hours=2))
    best, sure = advice.options
    assert (best.chance_in_time, sure.chance_in_time) == (0.5, 0.9)
    assert best.cost_per_success < sure.cost_per_success < best.cost_per_success * 9 / 5  # so it is worth its price
    assert advice.choice == sure
    in_time = round(sure.cost_per_success / Decimal("0.9"), 2)
    assert advice.reason == (
        f"Run it on qpu.sure: the least cost per expected success in time ({in_time} USD, 90% likely to start in time)."
        f" qpu.best costs less ({best.cost_per_success} USD), but only 50% likely to start in time."
    )
    assert "costs less" not in ask(warehouse, before=NOW + timedelta(hours=3)).reason
    assert "almost certainly too late" in ask(warehouse, before=NOW + timedelta(minutes=9)).rejected.values()


def test_certainty_is_not_worth_every_price(warehouse: duckdb.DuckDBPyConnection) -> None:
    """An even chance of a success at a third of the price is the better offer; hardly any chance is none."""
    add(warehouse, "qpu.cheap", gates={name: str(Decimal(price) / 3) for name, price in GATES.items()},
        waits={(1, 10): (600.0, 9000.0)})  # fmt: skip
    add(warehouse, "qpu.sure")
    advice = ask(warehouse, before=NOW + timedelta(hours=2))
    assert advice.choice is not None
    assert advice.choice.backend == "qpu.cheap"
    assert "costs less" not in advice.reason
    soon = ask(warehouse, before=NOW + timedelta(minutes=9))
    assert soon.choice is None
    warehouse.execute("update queue_forecast set p50_seconds = 60 where backend = 'qpu.sure'")
    soon = ask(warehouse, before=NOW + timedelta(minutes=9))
    assert soon.choice is not None
    assert soon.choice.backend == "qpu.sure"
    assert soon.reason.endswith(f"({soon.options[0].cost_per_success} USD), but only 0% likely to start in time.")


def test_without_prices_the_greatest_success_in_time_wins(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.best", gates=None, fidelities=(0.9999, 0.996, 0.996), waits={(1, 10): (600.0, 9000.0)})
    add(warehouse, "qpu.sure", gates=None)
    advice = ask(warehouse, before=NOW + timedelta(hours=2))
    assert advice.choice is not None
    assert advice.choice.backend == "qpu.sure"
    assert "greatest expected success in time (not every price is known)" in advice.reason


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
            ('qpu.a', false, 0.6, 12, 0.71, 0.66, 0.76, 0.05, 0.1, 6), ('qpu.a', false, 0.5, 3, 0.5, 0.4, 0.6, 0, 0, 6),
            ('qpu.a', true, 0.6, 9, 0.9, 0.8, 1, 0, 0, 6), ('qpu.c', false, 0.6, 9, 0.9, 0.8, 1, 0, 0, 6)
        """
    )
    of_a, of_b = ask(warehouse).options
    assert of_a.held == Held(
        jobs=12, observed=0.71, low=0.66, high=0.76, shift=0.05, margin_of_a_job=0.1, calibration_age_hours=6
    )
    # its calibration is 24 hours old, four times as old as those of the compared jobs: twice the margin
    assert of_a.success_low == pytest.approx(of_a.expected_success + 0.05 - 0.2)
    assert of_a.success_high == pytest.approx(of_a.expected_success + 0.05 + 0.2)
    assert (of_b.held, of_b.success_low, of_b.success_high) == (None, None, None)
    assert 0.6 < of_a.expected_success < 0.7


@pytest.mark.parametrize(
    ("age", "margin", "band"),
    [
        (None, 0.1, (0.4, 0.6)),
        (5.0, 0.1, (0.4, 0.6)),
        (40.0, 0.1, (0.3, 0.7)),
        (1000.0, 0.2, (0.0, 1.0)),
        (5.0, None, None),
    ],
)
def test_a_band_is_wider_for_an_older_calibration(
    age: float | None, margin: float | None, band: tuple[float, float] | None
) -> None:
    held = Held(jobs=9, observed=0.5, low=0.4, high=0.6, shift=-0.2, margin_of_a_job=margin, calibration_age_hours=10)
    assert held.band(0.7, age) == (None if band is None else pytest.approx(band))


def wait(
    warehouse: duckdb.DuckDBPyConnection, backend: str, predicted: float, *waits: float | None, **said: Any
) -> None:
    """Add jobs for which the API had foreseen a wait; None still waits."""
    row = {"day": "2026-06-14", "parent": None, "in_session": False} | said
    for number, seconds in enumerate(waits):
        warehouse.execute(
            """
            insert into fct_jobs by name
            select ? as job_id, ? as backend, ? as submitted_at, ? as predicted_queue_seconds, ? as queue_seconds,
                coalesce(?, job_id) as root_job_id, false as dry_run, ? as is_in_session, false as is_deleted,
                ? as is_terminal
            """,
            [f"{backend}-{predicted}-{number}", backend, row["day"], predicted, seconds, row["parent"],
             row["in_session"], row.get("is_terminal", seconds is not None)],
        )  # fmt: skip


def scaled(seconds: float, told: float, current: float) -> float:
    """A wait as many times as long as the queue is now, with a minute for what never shortens."""
    return max((seconds + 60) * (current + 60) / (told + 60) - 60, 0)


def test_a_wait_goes_by_the_queue_of_the_moment(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of the 60 jobs nearest to what the API says, the 31st and 55th wait, if it said so lately."""
    add(warehouse, "qpu.a", waits={(1, 10): (600.0, 3600.0)})
    wait(warehouse, "qpu.a", 100, *range(1, 60), None)
    wait(warehouse, "qpu.a", 9000, *[20_000.0] * 60)  # 120 jobs in all, of which the nearest 60 count
    for number, apart in enumerate(
        ({"parent": "p"}, {"in_session": True}, {"day": "2026-03-01"}, {"day": "2026-06-14 10:31"})
    ):
        wait(warehouse, "qpu.a", 101 + number, *[7.0] * 60, **apart)
    wait(warehouse, "qpu.a", 110, *[None] * 60, is_terminal=True)  # canceled before they started
    snapshot = "insert into fct_backend_snapshots values ('qpu.a', ?, ?)"
    warehouse.execute(snapshot, ["2026-06-15 09:29", 105])
    option = only(ask(warehouse))
    assert (option.wait_p50_seconds, option.wait_p90_seconds, option.is_wait_of_now) == (600.0, 3600.0, False)
    for at, current, told, waits in (
        ("09:31", 105, 100, (31, 55)), ("10:00", 20, 100, (31, 55)), ("10:05", 0, 100, (31, 55)),
        ("10:20", 30_000, 9000, (20_000, 20_000)),
    ):  # fmt: skip
        warehouse.execute(snapshot, [f"2026-06-15 {at}", current])
        option = only(ask(warehouse, before=NOW + timedelta(seconds=60)))
        assert option.is_wait_of_now
        found = (option.wait_p50_seconds, option.wait_p90_seconds)
        assert found == pytest.approx([scaled(seconds, told, current) for seconds in waits])
        every = [*range(1, 60)] if told == 100 else [20_000] * 60
        in_time = sum(scaled(seconds, told, current) <= 60 for seconds in every)
        assert option.chance_in_time == pytest.approx((in_time + 0.5) / 61)
    late = ask(warehouse, before=NOW + timedelta(hours=1))  # the usual wait is shorter, and does not count
    assert only(late).chance_in_time == pytest.approx(0.5 / 61)
    assert late.choice is None
    assert only(ask(warehouse, before=NOW + timedelta(hours=20))).chance_in_time == pytest.approx(60.5 / 61)
    warehouse.execute("insert into fct_backend_snapshots values ('qpu.a', '2026-06-15 10:31', 0)")  # of the future
    assert only(ask(warehouse)).wait_p50_seconds == pytest.approx(scaled(20_000, 9000, 30_000))


def test_a_queue_that_was_told_before_a_job_counts_before_what_was_predicted(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The API's average queue is what is known of now, so it is what past jobs are found by, if it is known of them."""
    add(warehouse, "qpu.a")
    wait(warehouse, "qpu.a", 100, *[50.0] * 60)
    wait(warehouse, "qpu.a", 9000, *[70.0] * 60, day="2026-06-13 10:00")
    snapshots = [("2026-06-13 08:59", 5), ("2026-06-13 09:30", 6), ("2026-06-13 10:00", 100), ("2026-06-13 10:01", 7)]
    for at, seconds in (*snapshots, ("2026-06-15 10:00", 9000)):
        warehouse.execute("insert into fct_backend_snapshots values ('qpu.a', ?, ?)", [at, seconds])
    # all were told 100: those whose average queue of an hour before is known, and those that go by their prediction
    of_50, of_70 = scaled(50, 100, 9000), scaled(70, 100, 9000)
    assert only(ask(warehouse)).wait_p90_seconds == pytest.approx(of_70)
    warehouse.execute("update fct_backend_snapshots set average_queue_seconds = null where average_queue_seconds = 100")
    # now those of the 13th were told 6
    assert only(ask(warehouse)).wait_p90_seconds == pytest.approx(of_50)
    warehouse.execute("delete from fct_backend_snapshots where observed_at between '2026-06-13 09:00' and '2026-06-14'")
    # what was told more than an hour before is too old: they go by their prediction
    assert only(ask(warehouse)).wait_p90_seconds == pytest.approx(70)


def test_too_few_waits_leave_the_usual_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "qpu.a", waits={(1, 10): (600.0, 3600.0)})
    wait(warehouse, "qpu.a", 100, *range(19))
    warehouse.execute("insert into fct_backend_snapshots values ('qpu.a', '2026-06-15 10:00', 100)")
    assert only(ask(warehouse)).wait_p90_seconds == 3600.0
    wait(warehouse, "qpu.a", 100.5, 19)
    assert only(ask(warehouse)).wait_p90_seconds == pytest.approx(18), "the 19th of 20 waits"
