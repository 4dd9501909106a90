"""The report's calculator says what `ionq-data plan` says, in a browser without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from ionq_data.placement import Advice, Circuit, advise
from ionq_data.report import write_report
from tests.report.browsing import Opened, open_page
from tests.report.conftest import DataDir

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 18, 14, 25, tzinfo=UTC)
Open = Callable[..., Opened]
CIRCUITS = [
    Circuit(qubits=12, gates_1q=200, gates_2q=60, shots=1000),
    Circuit(qubits=2, gates_1q=1, gates_2q=0, shots=1),  # the least price
    Circuit(qubits=30, gates_1q=1234, gates_2q=321, shots=977),  # more qubits than one of them has
    Circuit(qubits=25, gates_1q=3, gates_2q=5, shots=5_000, is_debiased=True),
    Circuit(qubits=99, gates_1q=10, gates_2q=10, shots=100),  # nothing fits
]


def calculated(page: Page, circuit: Circuit) -> tuple[list[list[str]], str]:
    """Return the values of the table and the recommendation for a circuit."""
    for name in ("qubits", "gates_1q", "gates_2q", "shots"):
        page.locator(f"#calculator [name={name}]").fill(str(getattr(circuit, name)))
    page.locator("#calculator [name=debias]").set_checked(circuit.is_debiased)
    rows: list[list[str]] = page.evaluate(
        """[...document.querySelectorAll('#calculated tbody tr')]
            .map((row) => [...row.cells].map((cell) => cell.dataset.value))"""
    )
    return rows, page.locator("#advice").inner_text()


def planned(advice: Advice) -> list[list[object]]:
    return [
        [
            option.backend,
            None if option.expected_success is None else pytest.approx(option.expected_success, rel=1e-9),
            None if option.success_low is None else pytest.approx(option.success_low, rel=1e-9),
            cents(option.price),
            cents(option.cost_per_success),
            option.wait_p50_seconds,
            option.wait_p90_seconds,
            option.best_hour,
            advice.rejected.get(option.backend, ""),
        ]
        for option in advice.options
    ]


def cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def read(values: list[str]) -> list[object]:
    """Return a row's values as what `planned` has."""
    backend, success, low, price, per_success, p50, p90, best, rejected = values
    numbers = [float(value) if value else None for value in (success, low, price, per_success, p50, p90)]
    return [backend, *numbers, datetime.fromisoformat(best) if best else None, rejected]


@pytest.mark.parametrize("world", ["simulated", pytest.param("may", marks=pytest.mark.prove)])
def test_says_what_the_command_says(opened: Open, data_dir: DataDir, world: str) -> None:
    report = opened(world)
    report.page.clock.set_fixed_time(NOW)
    choices = set()
    with duckdb.connect(str(data_dir(world) / "warehouse.duckdb"), read_only=True) as warehouse:
        for circuit in CIRCUITS:
            advice = advise(warehouse, circuit, now=NOW)
            rows, said = calculated(report.page, circuit)
            assert [read(row) for row in rows] == planned(advice), circuit
            assert said == advice.reason
            choices.add(advice.choice.backend if advice.choice else None)
    assert len(choices) > 1
    assert report.complaints == []


def test_a_band_is_that_of_the_command(browser: Browser, data_dir: DataDir, tmp_path: Path) -> None:
    """Of a warehouse with compared jobs: a young and an old calibration, a single job, and debiased ones apart."""
    shutil.copyfile(data_dir("simulated") / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            """
            insert into success_calibration by name
            select backend, is_debiased, n / 10 as expected_from, 1200 + n as jobs, 0.5 as observed, 0.02 as shift,
                if(backend like '%-2', null, 0.03) as margin_of_a_job, if(backend like '%1', 1, 1000)
                as calibration_age_hours
            from (select distinct backend from dim_backends where is_qpu), unnest([true, false]) as f(is_debiased),
                range(10) as r(n)
            """
        )
    write_report(tmp_path)
    opened = open_page(browser, tmp_path / "report" / "index.html")
    opened.page.clock.set_fixed_time(NOW)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        for circuit in CIRCUITS:
            advice = advise(warehouse, circuit, now=NOW)
            rows, _ = calculated(opened.page, circuit)
            assert [read(row) for row in rows] == planned(advice), circuit
    assert any(option.success_low for option in advice.options)
    shown = opened.page.locator("#calculated tbody tr td:nth-child(3)").all_inner_texts()
    assert any(" to " in text and text.endswith(" jobs") for text in shown), shown
    opened.page.context.close()


def test_a_count_that_is_none_is_said_and_nothing_is_calculated(opened: Open) -> None:
    page = opened("simulated").page
    page.locator("#calculator [name=shots]").fill("0")
    assert page.locator("#advice").inner_text() == "Every count is a whole number."
    assert page.locator("#calculated tbody tr").count() == 0


def test_without_a_backend_it_says_so(opened: Open) -> None:
    assert opened("empty").page.locator("#advice").inner_text() == "No QPU is known yet."
