"""Projects: all of them each run. No reference describes the endpoint, and it may not answer."""

from __future__ import annotations

import contextlib

from ionq_data.api import split_array, split_page
from ionq_data.api.json_body import MalformedBody
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.whole_list import read_list

_LISTS = ("projects", "data")


async def sync_projects(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Read the list of projects with their quotas and keep what changed."""
    return await read_list(context, intake, _split)


def _split(body: bytes) -> list[bytes]:
    """Split a list of projects, which may be the whole body or a member of it."""
    try:
        return split_array(body)
    except MalformedBody:
        for name in _LISTS:
            with contextlib.suppress(MalformedBody):
                return split_page(body, name)[0]
        raise
