"""Pages of the jobs listing from a faulty server."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ionq_data.emulator.world import World

AFTER_EMPTY = 1 << 31
"""Marks a cursor from an empty page."""
_KINDS = frozenset({"repeated_cursor", "empty_page", "unordered", "shifted"})


def spoiled(world: World, request: Request, page: dict[str, Any]) -> dict[str, Any]:
    """Return the page as it is, or as a faulty server sends it."""
    fault = world.faults.take(request.url.path.removeprefix("/v0.4"), _KINDS)
    if fault is None:
        return page
    shown, cursor = page["jobs"], page["next"]
    given = request.query_params.get("next")
    if fault.kind == "repeated_cursor" and given is not None:
        return {"jobs": shown, "next": given}
    if fault.kind == "empty_page" and shown:
        # The cursor of an empty page names the same place differently; the page behind it is not empty again.
        submitted, serial = (1 << 47, 0) if given is None else world.cursor_codec.decode(given) or (0, 0)
        if not serial & AFTER_EMPTY:
            return {"jobs": [], "next": world.cursor_codec.encode(submitted, serial | AFTER_EMPTY)}
    if fault.kind == "unordered":
        return {"jobs": shown[::-2] + shown[-2::-2], "next": cursor}
    if fault.kind == "shifted" and len(shown) > 1 and cursor is not None:
        # Rows moved while the page was read: its last row comes again on the next page.
        above = world.job_codec.decode(shown[-2]["id"])
        assert above is not None
        return {"jobs": shown, "next": world.cursor_codec.encode(*above)}
    return page
