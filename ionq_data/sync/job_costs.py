"""Job costs: one request for each job that has ended, and another a day later.

The cost is settled where both answers agree, or where the usage report agrees with the later one (``cost_requests``).
Bills that change after that are found by the usage report (``check_sum``), not by asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby, islice

from ionq_data.lake.bills import Bill, Report, bills_of, new_reports
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.lake.pending import PendingJob, pending_jobs
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.sync.backends import is_qpu
from ionq_data.sync.check_sum import GROWING, SETTLING, judge
from ionq_data.sync.context import CLOCK_TOLERANCE, Context, Outcome, Rules
from ionq_data.sync.cost_requests import AGREEING_APART, CostRequests
from ionq_data.sync.intake import Intake

_FIRST_DOUBTS = 4


def is_due(job: PendingJob, now: datetime, *, simulator_costs: bool) -> bool:
    """Tell whether a job's cost is to be asked for now, however often a sync runs.

    It is asked for when the job has ended, and again 24 hours after the answer was first given. A refusal is tried
    again after an hour, and each time twice as long after the one before. What a clock from the future has noted does
    not count.
    """
    if not (job.is_terminal or job.is_deleted) or (not simulator_costs and not is_qpu(job.backend or "")):
        return False
    if job.asked_at is None or job.asked_at > now + CLOCK_TOLERANCE:
        return True
    if job.attempts:
        return now >= job.asked_at + timedelta(hours=2 ** min(job.attempts - 1, 20))
    return job.first_answered_at is None or now - job.first_answered_at >= AGREEING_APART


async def sync_job_costs(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Ask for the cost of every job that is due, then for those that a usage report shows to have changed."""
    rules, started_at = context.rules, context.stamp()

    def due() -> Iterator[PendingJob]:
        pending = pending_jobs(context.lake, context.account, now=started_at, simulator_costs=rules.simulator_costs)
        return (job for job in pending if is_due(job, started_at, simulator_costs=rules.simulator_costs))

    requests = CostRequests(context, intake, total=sum(1 for _ in due()))
    jobs = due()
    last = context.lake.ledger(context.account, JOB_COSTS.name, newest=1)
    if last and last[-1].availability == "refused":
        await requests.ask(islice(jobs, 1), is_probe=True)
    await requests.ask(jobs)
    intake.flush()
    await _check_reports(requests, bookmark, started_at.date())
    return Outcome(watermark=started_at, missing=tuple(requests.missing))


async def _check_reports(requests: CostRequests, bookmark: Bookmark, today: date) -> None:
    """Ask again for the bills that a new report contradicts, once for each version, and settle those that it confirms.

    It asks for a few bills of each date first, then for twice as many: it needs no more once the bills add up.

    The bookmark holds how far the versions have been looked at, and when each date that waits is to be looked at: a
    date that is still growing or settling, or has a bill that no answer came for.
    """
    context = requests.context
    noted = bookmark.parts.get("reports", {})
    after = datetime.fromisoformat(noted["read_to"]) if noted else None
    due = _dates(noted.get("due") or dict.fromkeys(noted.get("waiting", ()), "0001-01-01"))
    accounts = context.lake.accounts() if context.organization in context.read_organizations else [context.account]
    organization = context.organization
    reports = new_reports(context.lake, accounts, organization=organization, after=after, dates=due)
    if not reports:
        return
    new = {report.date for report in reports if after is None or report.ordered_at > after}
    due |= dict.fromkeys(new, date.min)
    look_at = {report.date: max(report.date + GROWING, due.get(report.date, date.min)) for report in reports}
    grown = [report for report in reports if look_at[report.date] <= today]
    waits = {report.date: at for report in reports if (at := look_at[report.date]) > today}
    missing, at_a_time, left = len(requests.missing), _FIRST_DOUBTS, grown
    asked: set[str] = set()
    while left:
        doubtful: dict[date, list[PendingJob]] = {}
        for of_date, bills in _with_bills(context, left):
            judged, day = judge(of_date, bills), of_date[0].date
            requests.settle([bill.job for bill in judged.confirmed if bill.has_changed and bill.waits_for_agreement])
            if judged.is_open and today < day + SETTLING:
                waits[day] = day + SETTLING
                continue
            jobs = (bill.job for bill in judged.doubtful if bill.job.id not in asked)
            changed = (job for job in jobs if _may_have_changed(job, of_date, context.rules))
            if some := list(islice(changed, at_a_time)):
                doubtful[day] = some
        together = [job for some in doubtful.values() for job in some]
        await requests.ask(iter(together), keeps_refusals=False)
        requests.intake.flush()
        asked |= {job.id for job in together}
        at_a_time, left = 2 * at_a_time, [report for report in left if report.date in doubtful]
    if len(requests.missing) > missing:
        waits |= {report.date: today for report in grown}
    bookmark.parts["reports"] = {
        "read_to": max(filter(None, [after, *(report.ordered_at for report in reports)])).isoformat(),
        "due": {day.isoformat(): at.isoformat() for day, at in sorted(waits.items())},
    }


def _dates(noted: Mapping[str, str]) -> dict[date, date]:
    return {date.fromisoformat(day): date.fromisoformat(at) for day, at in noted.items()}


def _with_bills(context: Context, reports: list[Report]) -> Iterator[tuple[list[Report], list[Bill]]]:
    """Yield the reports of each date with the bills of the date; those of a month are looked up together."""
    for _, of_month in groupby(reports, key=lambda report: (report.date.year, report.date.month)):
        by_date = {day: list(of_date) for day, of_date in groupby(of_month, key=lambda report: report.date)}
        bills = bills_of(context.lake, context.account, by_date)
        for day, of_date in by_date.items():
            yield of_date, [bill for bill in bills if bill.date == day]


def _may_have_changed(job: PendingJob, reports: Iterable[Report], rules: Rules) -> bool:
    """Tell whether a bill was last asked for before a report was read; one that is refused has times of its own."""
    if job.attempts or job.is_deleted or (not rules.simulator_costs and not is_qpu(job.backend or "")):
        return False
    return job.asked_at is None or job.asked_at < max(report.read_at for report in reports)
