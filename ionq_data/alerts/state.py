"""The open alerts and the destinations that have had them: a file in the data directory, replaced as a whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from ionq_data.alerts.alert import Alert
from ionq_data.lake.storage import LocalStorage

FILE = "alerts.json"
_log = logging.getLogger(__name__)


class OpenAlert(msgspec.Struct):
    """An alert that holds, as it is kept between two evaluations, with the destinations that have it."""

    alert: Alert
    delivered: list[str] = msgspec.field(default_factory=list)


def open_alerts(data_dir: Path) -> list[Alert]:
    """Return the alerts that held when they were last evaluated, failures first, whether or not they reached anyone."""
    return [kept.alert for kept in read(data_dir)]


def were_evaluated(data_dir: Path) -> bool:
    """Return whether alerts have ever been evaluated, so that no open alert means that nothing is wrong."""
    return (data_dir / FILE).exists()


def merge(kept: Iterable[OpenAlert], found: Iterable[Alert]) -> list[OpenAlert]:
    """Return what is open now, with today's figures; the time of the first notice and the destinations are kept.

    An alert that is not found any more is resolved and left out, so it is sent again if it comes back.
    """
    before = {each.alert.identity: each for each in kept}
    merged = []
    for alert in {alert.identity: alert for alert in found}.values():
        if known := before.get(alert.identity):
            merged.append(OpenAlert(replace(alert, since=known.alert.since), list(known.delivered)))
        else:
            merged.append(OpenAlert(alert))
    return merged


def read(data_dir: Path) -> list[OpenAlert]:
    """Return what was open; an unreadable file counts as empty, so its alerts are sent again."""
    try:
        return msgspec.json.decode((data_dir / FILE).read_bytes(), type=list[OpenAlert])
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as error:
        _log.warning("%s is damaged (%s): open alerts are delivered again", data_dir / FILE, error)
        return []


def write(data_dir: Path, alerts: list[OpenAlert]) -> None:
    """Replace the file in one step. Raises ``LakeError`` if the folder cannot be written."""
    LocalStorage(data_dir).write(FILE, msgspec.json.format(msgspec.json.encode(alerts)))
