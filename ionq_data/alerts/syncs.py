"""The rules ``stale_data`` and ``incomplete_sync``, over the ledger and the warehouse's last publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from ionq_data.alert_rules import IncompleteSync, StaleData
from ionq_data.alerts.alert import Alert
from ionq_data.alerts.plain_text import plain
from ionq_data.lake.ledger import NOT_AVAILABLE, SyncRecord
from ionq_data.resources import RESOURCES

STALE = "stale_data"
INCOMPLETE = "incomplete_sync"
_SENTENCES = 5
_LONGEST_SENTENCE = 300

Ledger = dict[tuple[str, str], list[SyncRecord]]
"""The syncs of each account and resource since its last complete one, and the account's first; oldest first."""


def stale_resources(ledger: Ledger, resources: Sequence[str], rule: StaleData, now: datetime) -> Iterator[Alert]:
    """Find the resources whose last complete sync, or the account's very first one, began too long ago."""
    firsts: dict[str, datetime] = {}
    for (account, _), syncs in ledger.items():
        began = min(sync.started_at for sync in syncs)
        firsts[account] = min(firsts.get(account, began), began)
    for account, first in sorted(firsts.items()):
        for resource in resources:
            complete = [sync.started_at for sync in ledger.get((account, resource), []) if sync.complete]
            last, allowed = max(complete, default=None), rule.allowed_hours(resource, RESOURCES[resource].every)
            if now - (last or first) <= timedelta(hours=allowed):
                continue
            ago = _duration(now - (last or first))
            said = f"The last complete sync began at {last:%Y-%m-%d %H:%M} UTC" if last else "No sync was ever complete"
            yield Alert(
                rule=STALE,
                subject=f"{account}/{resource}",
                period=_stamp(last) if last else "never",
                severity="failure",
                title=f"{resource} of account {plain(account)}: no complete sync for {ago}",
                body=(
                    f"{said}; the limit is {allowed:g} hours. Check whether the schedules run and what 'ionq-data "
                    f"doctor' says, then run 'ionq-data sync --resource {resource}'."
                ),
                since=now,
            )


def stale_warehouse(published: datetime | None, rule: StaleData, now: datetime) -> Iterator[Alert]:
    """Find out whether the published warehouse was built too long ago."""
    if published is not None and now - published > timedelta(hours=rule.warehouse_after_hours):
        yield Alert(
            rule=STALE,
            subject="warehouse",
            period=_stamp(published),
            severity="failure",
            title=f"The warehouse has not been published for {_duration(now - published)}",
            body=(
                f"The published warehouse was built at {published:%Y-%m-%d %H:%M} UTC; the limit is "
                f"{rule.warehouse_after_hours:g} hours. Run 'ionq-data build' and read its messages."
            ),
            since=now,
        )


def incomplete(ledger: Ledger, rule: IncompleteSync, now: datetime) -> Iterator[Alert]:
    """Find the resources whose last syncs were all incomplete."""
    for (account, resource), syncs in sorted(ledger.items()):
        streak = list(takewhile(lambda sync: not sync.complete, reversed(syncs)))
        if len(streak) < rule.after_runs:
            continue
        last, first = streak[0], streak[-1]
        began = f"{first.started_at:%Y-%m-%d %H:%M} UTC"
        missing = [plain(sentence, at_most=_LONGEST_SENTENCE) for sentence in last.missing[:_SENTENCES]]
        more = f"\n… and {len(last.missing) - _SENTENCES} more" if len(last.missing) > _SENTENCES else ""
        yield Alert(
            rule=INCOMPLETE,
            subject=f"{account}/{resource}",
            period=_stamp(first.started_at),
            severity="failure",
            title=f"{resource} of account {plain(account)}: sync incomplete since {began}",
            body=(
                "Missing:\n" + "\n".join(missing) + more + f"\nThe records read so far are kept, and the next sync "
                f"continues from there: run 'ionq-data sync --resource {resource}', or 'ionq-data doctor' if the "
                f"alert returns."
            ),
            since=now,
        )


def lost(ledger: Ledger, now: datetime) -> Iterator[Alert]:
    """Find the resources that are not available to a key any more; resources that never were are no alert."""
    for (account, resource), syncs in sorted(ledger.items()):
        streak = list(takewhile(lambda sync: sync.availability == "refused", reversed(syncs)))
        if not streak or not any(sync.complete for sync in syncs[: len(syncs) - len(streak)]):
            continue
        last, first = streak[0], streak[-1]
        yield Alert(
            rule=INCOMPLETE,
            subject=f"{account}/{resource}",
            period=_stamp(first.started_at),
            severity="warning",
            title=f"{resource} is {NOT_AVAILABLE} any more (account {plain(account)})",
            body=(
                f"{plain(last.unavailable_reason or '', at_most=_LONGEST_SENTENCE)}\nThe copied records stay "
                f"unchanged. Ask the owner of the organization for access, or run 'ionq-data doctor' to see what is "
                f"missing now."
            ),
            since=now,
        )


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _duration(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
