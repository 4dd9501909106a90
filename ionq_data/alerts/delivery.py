"""Send each alert to each destination once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ionq_data.alerts import state
from ionq_data.alerts.alert import Alert
from ionq_data.config import Settings
from ionq_data.warehouse.lock import hold

if TYPE_CHECKING:
    from apprise import Apprise

_FAILURES_UNTIL_IT_IS_DOWN = 3
_WAIT_SECONDS = 600

Send = Callable[[Alert], bool]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a delivery did.

    Attributes:
        opened: alerts that were not open before.
        resolved: alerts that were, and hold no more.
        sent: messages that were accepted.
        failures: what went wrong, a sentence each; it is tried again at the next delivery.
    """

    opened: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()
    sent: int = 0
    failures: tuple[str, ...] = ()


def deliver(settings: Settings, alerts: Iterable[Alert]) -> Delivery:
    """Save the open alerts and send every destination those that it has not had yet.

    ``alerts`` are all alerts that hold now, as ``evaluate`` returns them; a missing one is resolved. If the process is
    killed between a message and the note of it, that one alert is sent twice; none is ever forgotten.

    Raises:
        LakeError: the data directory cannot be written.
        WarehouseBusy: another process has been delivering for ten minutes.
    """
    data_dir = settings.data_dir
    lock = data_dir / ".build" / "alerts.lock"
    with hold(lock, purpose="delivering alerts", wait_seconds=_WAIT_SECONDS):
        before = state.read(data_dir)
        now_open = state.merge(before, alerts)
        state.write(data_dir, now_open)
        destinations, failures = _destinations(settings.alerts.urls_env)
        sent = 0
        for destination, send in destinations.items():
            count, failed = _tell(destination, send, now_open, lambda: state.write(data_dir, now_open))
            sent += count
            failures += failed
    known, current = {each.alert.identity for each in before}, {each.alert.identity for each in now_open}
    return Delivery(
        opened=tuple(each.alert for each in now_open if each.alert.identity not in known),
        resolved=tuple(each.alert for each in before if each.alert.identity not in current),
        sent=sent,
        failures=tuple(failures),
    )


def _tell(
    destination: str, send: Send, now_open: list[state.OpenAlert], save: Callable[[], None]
) -> tuple[int, list[str]]:
    """Send a destination what it has not had; stop for now if it refuses one message after the other."""
    untold = [each for each in now_open if destination not in each.delivered]
    sent = refused = 0
    for each in untold:
        if send(each.alert):
            each.delivered.append(destination)
            save()
            sent, refused = sent + 1, 0
        else:
            refused += 1
            if refused == _FAILURES_UNTIL_IT_IS_DOWN:
                break
    if sent == len(untold):
        return sent, []
    return sent, [
        f"{destination} did not accept {len(untold) - sent} of {len(untold)} alerts. Check its URL and whether it can "
        f"be reached; the next delivery sends them again"
    ]


def _destinations(variable: str) -> tuple[dict[str, Send], list[str]]:
    """Return how to send to each URL of an environment variable, by a name that tells nothing of the URL.

    The name is the service's and a number, so a secret that is rotated in place makes no new destination.
    """
    urls = os.environ.get(variable, "").split()
    if not urls:
        return {}, []
    from apprise import Apprise, AppriseAsset  # half a second, which only deliveries need to spend

    asset = AppriseAsset(app_id="ionq-data", app_desc="IonQ records", http_redirects=False, storage_mode="memory")
    destinations: dict[str, Send] = {}
    failures: list[str] = []
    numbers: Counter[str] = Counter()
    for position, url in enumerate(urls, 1):
        receiver = Apprise(asset=asset)
        if not receiver.add(url):
            failures.append(f"{variable}: Apprise does not know URL number {position}; correct or remove it")
            continue
        service = str(receiver[0].service_name)
        numbers[service] += 1
        destinations[f"{service} {numbers[service]}"] = _sender(receiver)
    return destinations, failures


def _sender(receiver: Apprise) -> Send:
    def send(alert: Alert) -> bool:
        return bool(receiver.notify(title=alert.title, body=alert.body, notify_type=alert.severity, body_format="text"))

    return send
