"""The export in FOCUS 1.4: four data sets, that say what the API says and no more."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from ionq_data.report import export
from tests.conftest import SCENARIO, Simulated
from tests.report.conftest import DataDir
from tests.report.judges import environment

TOOLKIT = "focus-data-toolkit==0.14.1"
# FOCUS lets a PricingCurrency be virtual, as credits are. The toolkit knows ISO 4217 alone.
VIRTUAL = re.compile(r"bad_currency\] PricingCurrency row \d+: invalid value 'CREDIT'")
EMPTY = ("contract_commitment", "invoice_detail")


@pytest.fixture
def files(simulated: Simulated, tmp_path: Path) -> dict[str, Path]:
    return {file.stem: file for file in export(simulated.data_dir, "focus", destination=tmp_path, version="1.4")}


def test_charges_are_those_of_1_2(files: dict[str, Path], simulated: Simulated) -> None:
    with simulated.connect() as warehouse:
        columns = [name for name, *_ in warehouse.execute("describe focus_cost_and_usage").fetchall()]
        mart = warehouse.execute('select count(*), sum("BilledCost") from focus_cost_and_usage').fetchall()
    charges = duckdb.read_csv(str(files["cost_and_usage"]))
    renamed = {*columns} - {"ProviderName", "PublisherName"} | {"HostProviderName", "ServiceProviderName"}
    assert {*charges.columns} > renamed
    for name in {*charges.columns} - renamed - {"HostProviderName", "ServiceProviderName"}:
        assert charges.filter(f'"{name}" is not null').limit(1).fetchall() == []  # of these the API says nothing
    assert duckdb.sql('select count(*), sum("BilledCost"::decimal(18, 6)) from charges').fetchall() == mart


def test_a_month_is_closed_when_its_bills_are_settled(files: dict[str, Path]) -> None:
    periods = duckdb.read_csv(str(files["billing_period"])).order('"BillingPeriodStart"').fetchall()
    status = {row[3].date(): row[4] for row in periods}
    running = SCENARIO["anchor"].date().replace(day=1)
    assert status.pop(running) == "Open"
    assert len(status) >= 6
    assert set(status.values()) == {"Closed"}


def test_of_contracts_and_invoices_nothing_is_invented(files: dict[str, Path]) -> None:
    for name in EMPTY:
        lines = files[name].read_text().splitlines()
        assert len(lines) == 1
        assert "InvoiceIssuerName" in lines[0].split(",")


@pytest.mark.prove
@pytest.mark.parametrize("world", ["simulated", "hostile"])
def test_the_toolkit_accepts_each_data_set_and_all_together(world: str, data_dir: DataDir, tmp_path: Path) -> None:
    files = {file.stem: file for file in export(data_dir(world), "focus", destination=tmp_path, version="1.4")}
    ask = [environment(TOOLKIT) / "python", "-m", "focus_data_toolkit"]
    for name, file in files.items():
        said = subprocess.run(
            [*ask, "validate", "--dataset", name.replace("_", "-"), file],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        wrong = [line for line in said.stdout.splitlines() if line.startswith("  [") and not VIRTUAL.search(line)]
        assert all("empty_dataset" in line for line in wrong), said.stdout
        assert bool(wrong) == (name in EMPTY), said.stdout + said.stderr
    folder = files["billing_period"].parent
    said = subprocess.run([*ask, "validate-bundle", "--directory", folder], capture_output=True, text=True, check=False)
    if world == "simulated":
        assert "bundle validation: OK" in said.stdout, said.stdout + said.stderr
