"""Whoever runs the commands by hand or by cron is told of the same things as whoever has the services."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionq_data.alerts import open_alerts
from tests.alerts.receiver import Receiver
from tests.operations.doors import doors
from tests.operations.emulated import Emulated
from tests.operations.sites import KEY, Site

pytestmark = pytest.mark.timeout(600)


@pytest.mark.prove
def test_sync_and_build_tell_what_is_open(api: Emulated, receiver: Receiver, tmp_path: Path) -> None:
    later = Receiver()
    try:
        with doors({KEY: api}) as opened:
            site = Site(tmp_path, api, opened, receiver)
            api.fail(kind="status", path="/sessions", status=503)
            site.type(f"export IONQ_MAX_ATTEMPTS=1 IONQ_ALERT_URLS='{receiver.url}'; ionq-data sync || test $? = 3")
            told = [title for title in receiver.titles if title.startswith("sessions of account default: ")]
            assert len(told) == 1
            assert told[0] in [alert.title for alert in open_alerts(site.data)]
            assert "sync incomplete" in site.type("ionq-data status || test $? = 3")

            site.type(f"export IONQ_ALERT_URLS='{receiver.url} {later.url}'; unset IONQ_API_KEY; ionq-data build")
            assert told[0] in later.titles, "a destination that is new is told of what is open"
            assert [title for title in receiver.titles if title == told[0]] == told, "and the other one not again"
    finally:
        api.recover()
        later.close()
