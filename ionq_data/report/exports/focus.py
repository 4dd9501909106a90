"""The costs in the FinOps Foundation's format: the mart is FOCUS 1.2, and 1.4 is derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import duckdb

from ionq_data.report.exports.formulas import neutralized
from ionq_data.report.files import replacing

Version = Literal["1.2", "1.4"]
FileFormat = Literal["csv", "parquet"]
MART = "focus_cost_and_usage"
_TIME = "%Y-%m-%dT%H:%M:%SZ"

# The API has no regions, price lists, commitments and shares. Tools still request these columns by name, so the columns
# exist and are null, which the specification allows.
_NULLS = {
    "varchar": """
        AvailabilityZone CapacityReservationId CapacityReservationStatus CommitmentDiscountId CommitmentDiscountName
        CommitmentDiscountType CommitmentDiscountUnit RegionId RegionName SkuId SkuPriceDetails SkuPriceId
    """,
    "decimal(38, 6)": """
        CommitmentDiscountQuantity ContractedUnitPrice ListUnitPrice PricingCurrencyContractedUnitPrice
        PricingCurrencyListUnitPrice
    """,
}
_NULLS_OF_1_4 = {
    "varchar": """
        AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags
        CommitmentProgramEligibilityDetails ContractApplied
    """
}
_ORDER = 'order by "ChargePeriodStart", "ResourceId", "SubAccountId"'

# `month_close` says when a month is closed for every organization; a restatement moves its last update.
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

# The API has neither contracts nor invoices. FOCUS forbids nulls in most of their columns, so they have no rows.
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
    connection: duckdb.DuckDBPyConnection,
    condition: str,
    folder: Path,
    suffix: str,
    version: Version,
    file_format: FileFormat,
) -> list[Path]:
    """Write the data sets of a version of FOCUS, and return the files' paths.

    A CSV file has the name of its data set. A Parquet file lies in a folder of that name, because tools read folders.

    Args:
        condition: selects the charges of a period.
        suffix: the period, as the end of the file names.
    """
    charges = f'(select * from "{MART}" where {condition})'  # noqa: S608 - names are ours, dates from dates
    if version == "1.2":
        queries = {f"{MART}{suffix}": f"select *, {_nulls(_NULLS)} from {charges} {_ORDER}"}  # noqa: S608
    else:
        folder /= f"focus-1.4{suffix}"
        queries = {
            "cost_and_usage": f"""
                select
                    * exclude ("ProviderName", "PublisherName"),
                    'IonQ' as "HostProviderName",
                    'IonQ' as "ServiceProviderName",
                    {_nulls(_NULLS)},
                    {_nulls(_NULLS_OF_1_4)},
                from {charges}
                {_ORDER}
            """,  # noqa: S608
            "billing_period": f"with charges as {charges}, {_BILLING_PERIOD.strip().removeprefix('with ')}",
            "contract_commitment": f"select {_nulls({'varchar': _CONTRACT_COMMITMENT})} where false",
            "invoice_detail": f"select {_nulls({'varchar': _INVOICE_DETAIL})} where false",
        }
    if file_format == "csv":
        return [_csv(connection, query, folder / f"{name}.csv") for name, query in queries.items()]
    return [_parquet(connection, query, folder / name / f"{name}.parquet") for name, query in queries.items()]


def _nulls(columns: Mapping[str, str]) -> str:
    return ", ".join(f'null::{kind} as "{name}"' for kind, names in columns.items() for name in names.split())


def _parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    with replacing(path) as private:
        connection.sql(query).write_parquet(str(private), compression="zstd")
    return path


def _csv(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    described = connection.execute(f"describe {query}").fetchall()
    columns = neutralized([(name, kind) for name, kind, *_ in described])
    with replacing(path) as private:
        connection.sql(f"select {columns} from ({query})").write_csv(  # noqa: S608 - texts are neutralized columns
            str(private), header=True, timestamp_format=_TIME
        )
    return path
