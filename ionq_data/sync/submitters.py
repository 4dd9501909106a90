"""Whose jobs are listed beside the key's own view, and how often.

A key lists what it may view; other members of a shared project may need a listing of their own, and where the key is
not a member the API ignores the question and answers with the key's own jobs. So each member's listing is read once,
and from then on only if that showed jobs that the key's own listing leaves out. With each full reading it is looked at
again: to its end where the user asked for everything, else as far as something unknown turns up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ionq_data.lake.current import known_values
from ionq_data.resources import Row
from ionq_data.resources.usage import USAGE
from ionq_data.sync.context import Context
from ionq_data.sync.listing import Listed, is_before
from ionq_data.sync.listing_reader import ListingReader, ReadTo

COVERED = "covered"  # the key's own listing shows the member's jobs
LISTED = "listed"  # the member's jobs need a listing of their own
IGNORED = "ignored"  # the API answers with other users' jobs


def members_to_ask(context: Context, known: Mapping[str, str], shown: Iterable[str], *, is_full: bool) -> list[str]:
    """Return the submitters to ask for in this run: those chosen, or those whose jobs may be missing otherwise.

    Args:
        known: what earlier looks at each member have shown.
        shown: the submitters of the jobs listed in this run.
    """
    if context.rules.submitters == "own":
        return []
    if isinstance(context.rules.submitters, tuple):
        return list(context.rules.submitters)
    reported = known_values(context.lake, USAGE, context.account, "group_usages.group_id", where=("group_by", "user"))
    return sorted(
        member for member in {*known, *shown, *reported} if member and (is_full or known.get(member) in (None, LISTED))
    )


async def read_member(reader: ListingReader, member: str, to: ReadTo) -> None:
    """Read a member's listing as far as it must be, and note what it showed. Raises ``ApiError``."""
    state = reader.members.get(member)
    if state == LISTED or isinstance(reader.context.rules.submitters, tuple):
        await reader.read(member, to)
        return
    look = _Look(reader, member, until_known=state == COVERED and not reader.context.rules.full)
    await reader.read(member, to, watch=look.page, is_likely_to_end_early=look.until_known)
    if not look.has_others and reader.members.get(member) == LISTED:
        return
    reader.marks.pop(member, None)
    if look.has_others:
        reader.members[member] = IGNORED
    elif look.is_undecided or to.is_partial:
        reader.members.pop(member, None)
    else:
        reader.members[member] = COVERED


@dataclass
class _Look:
    """What a member's listing shows that the key's own, read just before, does not.

    Attributes:
        has_others: it shows another user's job: the API has ignored the question.
        is_undecided: it shows an unknown job of the last moments, which the own listing may only have come too early
            for; the next sync tells.
    """

    reader: ListingReader
    member: str
    until_known: bool
    has_others: bool = False
    is_undecided: bool = False

    def page(self, rows: Sequence[Row], listed: Sequence[Listed]) -> bool:
        """Take note of a page; return True where there is no need of the next one."""
        self.has_others |= any(row.values["submitter_id"] not in (self.member, None) for row in rows)
        if self.has_others:
            return True
        for job in listed:
            if job.is_known:
                continue
            if job.submitted_at is None or self._is_old(job.submitted_at):
                self.reader.members[self.member] = LISTED
            else:
                self.is_undecided = True
        is_news = self.reader.members.get(self.member) == LISTED
        return self.until_known and not is_news and bool(listed) and all(job.is_known for job in listed)

    def _is_old(self, submitted_at: datetime) -> bool:
        return is_before(submitted_at, self.reader.started_at)
