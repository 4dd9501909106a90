"""Characterizations in which a null metric shows the value of another record.

On a page of several, a metric that is null in its own record can show the next newer record's value; a record that is
requested singly is right. So a record that equals its newer neighbour in a metric is requested singly, and only once:
a record that the lake already has is not requested again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from ionq_data.api import split_page
from ionq_data.api.address import Params
from ionq_data.api.errors import AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.api.json_body import MalformedBody
from ionq_data.resources import Rejection, Row
from ionq_data.resources.characterizations import CHARACTERIZATIONS
from ionq_data.resources.resource import parse
from ionq_data.sync.context import Context

METRICS = tuple(f.name for f in CHARACTERIZATIONS.fields if f.name.startswith("timing_") or f.name.endswith("_median"))
_REFUSED = (AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused)
_CONSTANT_FROM = 4  # if all records have the same value of a metric, it is a constant of the backend


def find_suspects(rows: Sequence[Row | Rejection], *, is_known: Callable[[Row], bool]) -> list[int]:
    """Return the positions of records on a page that show a metric of the next newer record.

    A value that several records all share counts as a constant of the backend, and proves nothing, except for a record
    that the lake has with other content.
    """
    sound = {place: row for place, row in enumerate(rows) if isinstance(row, Row) and row.values["date"] is not None}
    newest_first = sorted(sound, key=lambda place: sound[place].values["date"], reverse=True)
    shown = {metric: {row.values[metric] for row in sound.values()} for metric in METRICS}
    constants = {metric for metric in METRICS if len(sound) >= _CONSTANT_FROM and len(shown[metric]) == 1}

    def shares(newer: Row, row: Row) -> bool:
        equal = {m for m in METRICS if row.values[m] is not None and row.values[m] == newer.values[m]}
        return bool(equal - constants) or (bool(equal) and is_known(row))

    return [place for newer, place in itertools.pairwise(newest_first) if shares(sound[newer], sound[place])]


async def read_singly(
    context: Context, path: str, params: Params, *, position: int, record_id: str
) -> tuple[bytes, datetime] | None:
    """Return a record from a page of one, or else from its own address, and its arrival time; None without either.

    Args:
        position: where in the whole listing (of ``path`` with ``params``) the record stands, from 1.
    """
    page_of_one = (path, {**params, "limit": 1, "page": position}, "characterizations")
    for address, asked, items in (page_of_one, (f"{path}/{quote(record_id, safe='')}", {}, "")):
        try:
            answer = await context.client.get(address, params=asked)
            records = split_page(answer.body, items)[0] if items else [answer.body]
        except (*_REFUSED, MalformedBody):
            continue
        if len(records) == 1 and _is(records[0], record_id):
            return records[0], answer.received_at
    return None


def _is(record: bytes, record_id: str) -> bool:
    found = parse(record)
    return isinstance(found, dict) and found.get("id") == record_id
