"""The submitters whose listings are read beside the key's own view, and how often.

A key lists what it may view; other members of a shared project may need a listing of their own, and where the key is
not a member the API ignores the question and answers with the key's own jobs. So each member's listing is read once,
and later only if it showed jobs that the key's own listing leaves out. Each full reading looks at it again: to its
end if the user asked for everything, else as long as something unknown turns up.
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
from ionq_data.sync.listing_reader import LISTED, ListingReader, ReadTo, Seen

COVERED = "covered"  # the key's own listing shows the member's jobs
IGNORED = "ignored"  # the API answers with other users' jobs


def members_to_ask(context: Context, known: Mapping[str, str], shown: Iterable[str], *, is_full: bool) -> list[str]:
    """Return the submitters to request in this run: the chosen ones, or those whose jobs may be missing otherwise.

    Args:
        known: the results of earlier looks at each member.
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


async def look_at_member(reader: ListingReader, member: str, state: str | None, to: ReadTo) -> str | None:
    """Read a member's listing as far as necessary; return how its jobs can be seen, None if that is not clear yet.

    Raises ``ApiError``.
    """
    look = _Look(reader.started_at, member, until_known=state == COVERED and not reader.context.rules.full)
    await reader.read(member, to, watch=look.page, is_likely_to_end_early=look.until_known)
    if look.has_others:
        return IGNORED
    if look.has_news:
        return LISTED
    return None if look.is_undecided or to.is_partial else COVERED


@dataclass
class _Look:
    """The difference between a member's listing and the key's own, which was read just before.

    Attributes:
        has_others: it shows another user's job: the API has ignored the question.
        has_news: it shows an unknown job that the own listing would have shown by now.
        is_undecided: it shows an unknown job of the last moments. The own listing may have been read too early for it;
            the next sync will tell.
    """

    started_at: datetime
    member: str
    until_known: bool
    has_others: bool = False
    has_news: bool = False
    is_undecided: bool = False

    def page(self, rows: Sequence[Row], listed: Sequence[Listed]) -> Seen:
        """Look at a page; return whether the next one is not needed."""
        self.has_others |= any(row.values["submitter_id"] not in (self.member, None) for row in rows)
        if self.has_others:
            return Seen(is_enough=True)
        for job in listed:
            if job.is_known:
                continue
            if job.submitted_at is None or is_before(job.submitted_at, self.started_at):
                self.has_news = True
            else:
                self.is_undecided = True
        if self.has_news:
            return Seen(is_enough=False, state=LISTED)
        return Seen(self.until_known and bool(listed) and all(job.is_known for job in listed))
