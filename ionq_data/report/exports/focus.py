"""The costs in the FinOps Foundation's format: FOCUS 1.2 is the mart, 1.4 is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import duckdb

from ionq_data.report.exports.formulas import neutralized
from ionq_data.report.files import replacing

Version = Literal["1.2", "1.4"]
MART = "focus_cost_and_usage"
_TIME = "%Y-%m-%dT%H:%M:%SZ"

_COST_AND_USAGE = """
    select
        * exclude ("ProviderName", "PublisherName"),
        'IonQ' as "HostProviderName",
        'IonQ' as "ServiceProviderName",
    from charges
    order by "ChargePeriodStart", "ResourceId", "SubAccountId"
"""

# A month is closed as `month_close` says, for every organization; a restatement moves its last update on.
_BILLING_PERIOD = """
    with clock as (
        select max(last_complete_sync_at) as moment from data_freshness where resource = 'jobs'
    ),
    closes as (
        select month, bool_and(status = 'closed') as is_closed from month_close group by month
    )
    select
        charges."BillingPeriodStart" as "BillingPeriodCreated",
        charges."BillingPeriodEnd",
        coalesce(max(reports.report_read_at), max(clock.moment), charges."BillingPeriodEnd")
            as "BillingPeriodLastUpdated",
        charges."BillingPeriodStart",
        if(bool_and(coalesce(closes.is_closed, false)), 'Closed', 'Open') as "BillingPeriodStatus",
        charges."InvoiceIssuerName",
    from charges
    cross join clock
    left join closes on charges."BillingPeriodStart" = closes.month
    left join cost_reconciliation as reports on date_trunc('month', reports.date) = charges."BillingPeriodStart"
    group by charges."BillingPeriodStart", charges."BillingPeriodEnd", charges."InvoiceIssuerName"
    order by "BillingPeriodStart"
"""

# The API speaks of no contract and of no invoice, and FOCUS lets most of their columns not be null: no row is invented.
_CONTRACT_COMMITMENT = """
    BillingCurrency ContractCommitmentApplicability ContractCommitmentBenefitCategory ContractCommitmentCategory
    ContractCommitmentCost ContractCommitmentCreated ContractCommitmentDescription
    ContractCommitmentDiscountPercentage ContractCommitmentDurationType ContractCommitmentFulfillmentInterval
    ContractCommitmentId ContractCommitmentLastUpdated ContractCommitmentLifecycleStatus ContractCommitmentModel
    ContractCommitmentOfferCategory ContractCommitmentPaymentInterval ContractCommitmentPaymentModel
    ContractCommitmentPeriodEnd ContractCommitmentPeriodStart ContractCommitmentQuantity ContractCommitmentType
    ContractCommitmentUnit ContractId ContractPeriodEnd ContractPeriodStart InvoiceIssuerName ServiceProviderName
"""
_INVOICE_DETAIL = """
    BilledCost BillingAccountId BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory
    InvoiceDetailCreated InvoiceDetailDescription InvoiceDetailGrain InvoiceDetailId InvoiceDetailLastUpdated
    InvoiceId InvoiceIssueDate InvoiceIssueStatus InvoiceIssuerName PaymentDueDate PaymentTerms ReferenceInvoiceId
"""


def write_focus(
    connection: duckdb.DuckDBPyConnection, condition: str, folder: Path, suffix: str, version: Version
) -> list[Path]:
    """Write the data sets of a version as CSV files, and return their paths.

    Args:
        condition: selects the charges of a period.
        suffix: of the file names, the period.
    """
    charges = f'(select * from "{MART}" where {condition})'  # noqa: S608 - names are ours, dates from dates
    if version == "1.2":
        query = f'select * from {charges} order by "ChargePeriodStart", "ResourceId", "SubAccountId"'  # noqa: S608
        return [_written(connection, query, folder / f"{MART}{suffix}.csv")]
    place = folder / f"focus-1.4{suffix}"
    queries = {
        "cost_and_usage": f"with charges as {charges} {_COST_AND_USAGE}",
        "billing_period": f"with charges as {charges}, {_BILLING_PERIOD.strip().removeprefix('with ')}",
        "contract_commitment": _nothing(_CONTRACT_COMMITMENT),
        "invoice_detail": _nothing(_INVOICE_DETAIL),
    }
    return [_written(connection, query, place / f"{name}.csv") for name, query in queries.items()]


def _nothing(columns: str) -> str:
    named = ", ".join(f'null::varchar as "{name}"' for name in columns.split())
    return f"select {named} where false"


def _written(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    described = connection.execute(f"describe {query}").fetchall()
    columns = neutralized([(name, kind) for name, kind, *_ in described])
    with replacing(path) as private:
        connection.sql(f"select {columns} from ({query})").write_csv(  # noqa: S608 - texts are neutralized columns
            str(private), header=True, timestamp_format=_TIME
        )
    return path
