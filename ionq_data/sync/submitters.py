"""Whose jobs are listed beside the key's own view, and how often.

A key lists what it may view; other members of a shared project may need a listing of their own, and where the key is
not a member the API ignores the question and answers with the key's own jobs. So each member is looked at once (and
again with each full reading), and is read from then on only if that showed jobs that the key's own listing leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ionq_data.resources.usage import USAGE
from ionq_data.sync.context import Context
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
    reported = context.store.known_values(USAGE, context.account, "group_usages.group_id", where=("group_by", "user"))
    return sorted(
        member for member in {*known, *shown, *reported} if member and (is_full or known.get(member) in (None, LISTED))
    )


async def read_member(reader: ListingReader, member: str, state: str | None, to: ReadTo | None) -> str:
    """Read a member's listing as far as it must be; return what it showed. Raises ``ApiError``."""
    if state == LISTED or isinstance(reader.context.rules.submitters, tuple):
        await reader.read(member, to or ReadTo())
        return LISTED
    before = reader.intake.rows_written
    first = await reader.read(member, ReadTo(), stop_when_known=True)
    if any(row.values["submitter_id"] != member for row in first):
        return IGNORED
    return LISTED if reader.intake.rows_written > before else COVERED
