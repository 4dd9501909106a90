"""Let a terminated run end at once, even in the middle of a sync."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure

INTERRUPTED = "The run was interrupted. Complete records are in the lake; the next sync continues from there."
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """End the step if Ctrl-C or Dagster tells the process to end while the block runs.

    Dagster's own handler raises an exception that an asyncio event loop logs and forgets: the loop lets only
    ``KeyboardInterrupt`` and ``SystemExit`` through. After either of them, Dagster retries a step with a retry policy,
    unless the step says that it failed for good.

    Raises:
        Failure: the process was told to end.
    """
    if threading.current_thread() is not threading.main_thread():  # Python lets only the main thread handle signals
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        raise Failure(INTERRUPTED, allow_retries=False) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
