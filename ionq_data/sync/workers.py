"""Do the same work several times at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def run_workers(work: Callable[[], Awaitable[None]], count: int) -> None:
    """Run ``count`` workers until all have come to their end; the first error stops them all and is raised.

    None is left running behind the caller's back: what they take in must be there when it is written.
    """
    tasks = [asyncio.ensure_future(work()) for _ in range(count)]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
