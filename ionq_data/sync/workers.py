"""Run several workers at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def run_workers(work: Callable[[], Awaitable[None]], count: int) -> None:
    """Run ``count`` workers until all have finished; the first error stops them all and is raised.

    No worker still runs when this returns: their records must be complete before they are written.
    """
    tasks = [asyncio.ensure_future(work()) for _ in range(count)]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
