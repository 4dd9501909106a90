"""Usage: the trailing 7 days each run, the trailing 45 once a day, everything at first and on request.

Past dates are restated, so a date is read again and kept again where it changed. A date that the report no longer lists
is kept as deleted, with the bytes last seen.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote

from ionq_data.api import split_page
from ionq_data.lake.current import current_rows
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources.kinds import DAY
from ionq_data.resources.resource import parse
from ionq_data.resources.usage import GROUPINGS, MODALITY, USAGE
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.rates import organization_of_estimate

EACH_RUN = timedelta(days=7)
EACH_DAY = timedelta(days=45)
_YEAR = timedelta(days=366)
_MOST_YEARS = 12

Range = tuple[date, date]


def range_to_ask(today: date, ledger: list[SyncRecord], *, full: bool, asked: Range | None) -> Range | None:
    """Return the dates to ask for (first inclusive, last exclusive), or None for all of them, back to the first.

    Args:
        today: the date now (UTC); it is asked for too.
        ledger: the finished syncs of usage, oldest first.
        asked: what the user asked for, if anything.
    """
    tomorrow = today + timedelta(days=1)
    if asked:
        return asked
    complete = [record for record in ledger if record.complete and record.mode in ("full", "incremental")]
    if full or not complete:
        return None
    wide = [record for record in complete if record.marks.get("wide_on")]
    wide_on = date.fromisoformat(wide[-1].marks["wide_on"]) if wide else date.min
    newest = complete[-1].watermark
    gap_from = newest.date() - timedelta(days=1) if newest else tomorrow
    return min(today - (EACH_RUN if wide_on == today else EACH_DAY), gap_from), tomorrow


async def sync_usage(context: Context, intake: Intake, ledger: list[SyncRecord]) -> Outcome:
    """Read the daily report by project and by user."""
    context.organization = context.organization or await organization_of_estimate(context)
    if context.organization in context.read_organizations:
        return Outcome(mode="skipped", notes=("another account reads this organization's usage",))
    if context.organization is None:
        return Outcome(
            mode="refused",
            refused="nothing tells this key its organization's id: set IONQ_ORGANIZATION_ID or organization_id",
        )
    rules, today = context.rules, context.now().date()
    asked = range_to_ask(today, ledger, full=rules.full, asked=rules.usage_range)
    for grouping in GROUPINGS:
        if asked:
            await _read_range(context, intake, grouping, asked)
        else:
            await _read_all(context, intake, grouping, today + timedelta(days=1))
    is_range = rules.usage_range is not None
    is_wide = asked is None or asked[1] - asked[0] > EACH_DAY
    wide_before = [record.marks.get("wide_on") for record in ledger if record.complete and record.marks.get("wide_on")]
    wide_on = today.isoformat() if is_wide else (wide_before[-1] if wide_before else None)
    midnight = datetime.combine(today, datetime.min.time(), tzinfo=context.now().tzinfo)
    return Outcome(
        watermark=None if is_range else midnight,
        mode="range" if is_range else ("full" if asked is None else "incremental"),
        marks={} if is_range else {"wide_on": wide_on},
    )


async def _read_all(context: Context, intake: Intake, grouping: str, end: date) -> None:
    """Read backwards, a year a request, until a year without any job or the configured first date."""
    first = context.rules.usage_start
    for _ in range(_MOST_YEARS):
        start = max(end - _YEAR, first) if first else end - _YEAR
        has_usage = await _read_range(context, intake, grouping, (start, end))
        if not has_usage or start == first:
            return
        end = start


async def _read_range(context: Context, intake: Intake, grouping: str, asked: Range) -> bool:
    """Read the report of some dates; return whether any of them has a job or a cost.

    The last date asked for is one of the report's by the contract of October 2026, and was none by that of May: what
    lies outside of the dates that were meant is left to the sync that means it.
    """
    organization = str(context.organization)
    path = USAGE.endpoint.replace("{organization}", quote(organization, safe=""))
    params = {
        "start_date": asked[0].isoformat(),
        "end_date": asked[1].isoformat(),
        "group_by": grouping,
        "modality": MODALITY,
    }
    answer, (records, envelope) = await context.client.read(
        path, parse=lambda body: split_page(body, "usage_data", required=False), params=params, authenticated=True
    )
    stamp = context.stamp(answer.received_at)
    unit = envelope.get("usage_unit")
    beside = {"organization": organization, "group_by": grouping, "modality": MODALITY}
    beside |= {"amount_unit": unit} if isinstance(unit, str) else {}
    has_usage, listed = False, set()
    for record in records:
        if not _is_within(record, asked):
            continue
        row = intake.take(record, extracted_at=stamp, context=beside).row
        if row is not None:
            listed.add(row.values["from"])
            has_usage |= bool(row.values["job_count"] or row.values["amount"] or row.values["amounts"])
    _mark_gone(context, intake, beside, asked, listed, stamp)
    return has_usage


def _is_within(record: bytes, asked: Range) -> bool:
    """Tell whether a record is of one of some dates; one whose date cannot be read is for the intake to judge."""
    try:
        day: date = DAY.convert(parse(record)["from"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return True
    return asked[0] <= day < asked[1]


def _mark_gone(
    context: Context, intake: Intake, beside: dict[str, str], asked: Range, listed: set[date], stamp: datetime
) -> None:
    """Keep a date that the lake knows and the report of its range does not list as deleted."""
    days = (asked[1] - asked[0]).days
    unlisted = [day for day in (asked[0] + timedelta(days=n) for n in range(days)) if day not in listed]
    keys = {key_digest((beside["group_by"], MODALITY, day)) for day in unlisted}
    months = {f"{day:%Y-%m}" for day in unlisted}
    for row in current_rows(context.lake, USAGE, context.account, keys, months):
        if not row["_deleted"]:
            intake.take(row["_raw"].encode(), extracted_at=stamp, context=beside, deleted=True)
