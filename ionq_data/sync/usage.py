"""Usage: the trailing 7 days each run, the trailing 45 once a day, everything at first and on request.

After a pause, the reading starts at the last date read, however long ago that was.

Past dates can be restated, so a date is read again, and stored again if it changed. A date that the report no longer
lists is marked as deleted, with the last bytes seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from ionq_data.api import split_page
from ionq_data.api.errors import ApiError, AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.bookmarks import Bookmark, save_bookmark
from ionq_data.lake.current import current_rows
from ionq_data.resources.kinds import DAY
from ionq_data.resources.resource import parse
from ionq_data.resources.usage import GROUPINGS, MODALITY, USAGE
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.rates import organization_of_estimate

EACH_RUN = timedelta(days=7)
EACH_DAY = timedelta(days=45)
BEGINNING = date(2015, 1, 1)
"""The year in which IonQ was founded: no usage is older."""
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)

Range = tuple[date, date]


@dataclass(frozen=True)
class ReadDates:
    """The dates of a grouping's report that have been read, without a gap.

    Attributes:
        since: the first one; ``BEGINNING`` once everything has been read.
        until: the last one. It was still growing then.
    """

    since: date
    until: date


def ranges_to_ask(today: date, read: ReadDates | None, *, first: date, wide: bool) -> list[Range]:
    """Return the ranges to request in order, at most a year each (first date inclusive, last one exclusive).

    First come the dates since the last reading, oldest first, so an interruption leaves no gap; they include past dates
    that may have been restated. Then come older dates that no reading has reached yet, newest first.

    Args:
        today: the date now (UTC), which is requested, too.
        read: the dates that have been read before; None before the first reading, or to read everything.
        first: the first date that may have usage.
        wide: read the trailing 45 days and not only 7.
    """
    tomorrow = today + _DAY
    if read is None or read.until > today:  # noted by a clock that ran ahead
        return list(_years_back(first, tomorrow))
    start = max(first, min(today - (EACH_DAY if wide else EACH_RUN), read.until - _DAY))
    return [*_years_on(start, tomorrow), *_years_back(first, max(read.since, first))]


def _years_on(start: date, end: date) -> Iterator[Range]:
    while start < end:
        yield start, min(start + _YEAR, end)
        start += _YEAR


def _years_back(start: date, end: date) -> Iterator[Range]:
    while start < end:
        yield max(end - _YEAR, start), end
        end -= _YEAR


def read_dates(bookmark: Bookmark, grouping: str) -> ReadDates | None:
    """Return the dates of a grouping that have been read, from the bookmark."""
    if noted := bookmark.parts.get("read", {}).get(grouping):
        return ReadDates(*map(date.fromisoformat, noted))
    if bookmark.complete is not None and bookmark.complete.watermark is not None:  # noted by release 0.1.0
        return ReadDates(BEGINNING, bookmark.complete.watermark.date())
    return None


def after_reading(read: ReadDates | None, asked: Range) -> ReadDates:
    """Return the dates that have been read after one more range."""
    until = asked[1] - _DAY
    if read is None or not asked[0] <= read.until + _DAY:
        return ReadDates(asked[0], until)
    return ReadDates(min(read.since, asked[0]), max(read.until, until))


def _named_before(context: Context) -> str | None:
    """Return the organization whose usage was read last: a key that loses its rights keeps its organization."""
    last = context.lake.ledger(context.account, USAGE.name, newest=1)
    return last[-1].organization if last else None


async def sync_usage(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Read the daily report by project and by user; if one fails, the other is read all the same."""
    context.organization = context.organization or await organization_of_estimate(context) or _named_before(context)
    if context.organization in context.read_organizations:
        return Outcome(mode="skipped", notes=("another account reads this organization's usage",))
    if context.organization is None:
        return Outcome(
            mode="refused",
            refused="the organization's id is not known for this key: set IONQ_ORGANIZATION_ID or organization_id",
        )
    today = context.now().date()
    reading = _Reading(context, intake, bookmark, today)
    missing = []
    for grouping in GROUPINGS:
        try:
            await reading.read(grouping)
        except (AuthenticationError, NotFound, PermissionDenied):
            raise  # all resources share the rule that tells whether the report is available to the key
        except ApiError as error:
            missing.append(f"usage by {grouping}: {error}")
    if context.rules.usage_range is not None:
        return Outcome(mode="range", missing=tuple(missing))
    if reading.is_wide and not missing:
        bookmark.parts["wide_on"] = today.isoformat()
    midnight = datetime.combine(today, datetime.min.time(), tzinfo=UTC)
    mode = "full" if reading.reads_all else "incremental"
    return Outcome(watermark=midnight, mode=mode, missing=tuple(missing), notes=tuple(reading.notes))


class _Reading:
    """The reading of the report in one run."""

    def __init__(self, context: Context, intake: Intake, bookmark: Bookmark, today: date) -> None:
        self.context, self.intake, self.bookmark, self.today = context, intake, bookmark, today
        self.is_wide = context.rules.full or bookmark.parts.get("wide_on") != today.isoformat()
        self.reads_all = context.rules.full or bookmark.complete is None
        self.notes: list[str] = []

    async def read(self, grouping: str) -> None:
        """Read the report by a grouping; save the progress after each range."""
        if self.context.rules.usage_range is not None:
            await _read_range(self.context, self.intake, grouping, self.context.rules.usage_range)
            return
        first = self.context.rules.usage_start or BEGINNING
        read = None if self.context.rules.full else read_dates(self.bookmark, grouping)
        for asked in ranges_to_ask(self.today, read, first=first, wide=self.is_wide):
            try:
                await _read_range(self.context, self.intake, grouping, asked)
            except (BadRequest, RequestRefused) as refusal:
                if asked[1] > self.today - _YEAR:
                    raise
                self.notes.append(f"the API has no usage by {grouping} before {asked[1]}: {refusal}")
                asked = (first, asked[1])
            read = after_reading(read, asked)
            self._note(grouping, read)
            if read.since <= first and read.until >= self.today:
                return

    def _note(self, grouping: str, read: ReadDates) -> None:
        self.intake.flush()
        since = BEGINNING if read.since <= (self.context.rules.usage_start or BEGINNING) else read.since
        noted = {**self.bookmark.parts.get("read", {}), grouping: [since.isoformat(), read.until.isoformat()]}
        self.bookmark.parts["read"] = noted
        save_bookmark(self.context.lake, self.context.account, USAGE.name, self.bookmark)


async def _read_range(context: Context, intake: Intake, grouping: str, asked: Range) -> None:
    """Read the report of some dates.

    By the contract of October 2026, the report includes the last date of the request; by that of May, it does not.
    Records outside of the given dates are left to the sync of those dates.
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
    listed = set()
    for record in records:
        if not _is_within(record, asked):
            continue
        row = intake.take(record, extracted_at=stamp, context=beside).row
        if row is not None:
            listed.add(row.values["from"])
    _mark_gone(context, intake, beside, asked, listed, stamp)


def _is_within(record: bytes, asked: Range) -> bool:
    """Tell whether a record belongs to one of some dates; the intake judges a record without a readable date."""
    try:
        day: date = DAY.convert(parse(record)["from"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return True
    return asked[0] <= day < asked[1]


def _mark_gone(
    context: Context, intake: Intake, beside: dict[str, str], asked: Range, listed: set[date], stamp: datetime
) -> None:
    """Mark a date as deleted if the lake has it and the report of its range does not list it."""
    days = (asked[1] - asked[0]).days
    unlisted = [day for day in (asked[0] + timedelta(days=n) for n in range(days)) if day not in listed]
    keys = {key_digest((beside["group_by"], MODALITY, day)) for day in unlisted}
    months = {f"{day:%Y-%m}" for day in unlisted}
    for row in current_rows(context.lake, USAGE, context.account, keys, months):
        if not row["_deleted"]:
            intake.take(row["_raw"].encode(), extracted_at=stamp, context=beside, deleted=True)
