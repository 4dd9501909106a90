"""Each alert reaches each destination once, whatever fails on the way."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_data.alerts import Alert, deliver, open_alerts
from ionq_data.config import Settings
from ionq_data.lake import LakeError
from tests.alerts.receiver import Receiver
from tests.alerts.warehouse import NOW

TOKEN = "token-that-must-not-leak"


def alert(number: int, *, title: str = "") -> Alert:
    return Alert(
        rule="stale_data",
        subject=f"default/{number}",
        period="never",
        severity="warning",
        title=title or f"alert {number}",
        body="a & b",
        since=NOW,
    )


@pytest.fixture
def new_receiver() -> Iterator[Callable[[], Receiver]]:
    made: list[Receiver] = []

    def make() -> Receiver:
        made.append(Receiver())
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture
def receiver(new_receiver: Callable[[], Receiver], monkeypatch: pytest.MonkeyPatch) -> Receiver:
    receiver = new_receiver()
    monkeypatch.setenv("IONQ_ALERT_URLS", receiver.url)
    return receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_an_alert_is_told_once_for_as_long_as_it_holds(settings: Settings, receiver: Receiver) -> None:
    first = deliver(settings, [alert(1), alert(2)])
    assert (first.sent, first.failures, len(first.opened)) == (2, (), 2)
    later = replace(alert(1, title="alert 1, worse"), since=NOW + timedelta(hours=1))
    second = deliver(settings, [later, alert(2), alert(3)])
    assert (second.sent, second.opened) == (1, (alert(3),))
    assert receiver.titles == ["alert 1", "alert 2", "alert 3"]
    assert receiver.messages[0]["message"] == "a & b"
    assert receiver.messages[0]["type"] == "warning"


def test_what_is_open_shows_today_s_figures_and_the_first_notice(settings: Settings) -> None:
    assert open_alerts(settings.data_dir) == []
    deliver(settings, [alert(1)])
    deliver(settings, [replace(alert(1, title="worse"), since=NOW + timedelta(hours=1))])
    assert open_alerts(settings.data_dir) == [alert(1, title="worse")]


def test_an_alert_that_comes_back_is_told_again(settings: Settings, receiver: Receiver) -> None:
    deliver(settings, [alert(1)])
    assert deliver(settings, []).resolved == (alert(1),)
    assert open_alerts(settings.data_dir) == []
    deliver(settings, [alert(1)])
    assert receiver.titles == ["alert 1", "alert 1"]


def test_what_was_not_accepted_is_sent_again_and_only_there(
    settings: Settings, receiver: Receiver, new_receiver: Callable[[], Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_receiver()
    monkeypatch.setenv("IONQ_ALERT_URLS", f"{receiver.url}\n  {other.url}")
    other.status = 500
    first = deliver(settings, [alert(1), alert(2)])
    assert first.sent == 2
    [failure] = first.failures
    assert "2 of 2 alerts" in failure
    assert TOKEN not in failure
    other.status = 200
    assert deliver(settings, [alert(1), alert(2)]).failures == ()
    assert receiver.titles == other.titles == ["alert 1", "alert 2"]


def test_a_destination_that_is_down_is_left_alone_after_some_tries(settings: Settings, receiver: Receiver) -> None:
    receiver.status = 503
    assert "20 of 20" in deliver(settings, [alert(number) for number in range(20)]).failures[0]
    assert receiver.requests == 3
    receiver.status = 200
    assert deliver(settings, [alert(number) for number in range(20)]).sent == 20


def test_a_new_destination_is_told_of_what_is_open(
    settings: Settings, receiver: Receiver, new_receiver: Callable[[], Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(settings, [alert(1)])
    other = new_receiver()
    monkeypatch.setenv("IONQ_ALERT_URLS", f"{receiver.url} {other.url}")
    deliver(settings, [alert(1)])
    assert (receiver.titles, other.titles) == (["alert 1"], ["alert 1"])


def test_a_secret_that_is_rotated_makes_no_new_destination(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(settings, [alert(1)])
    monkeypatch.setenv("IONQ_ALERT_URLS", receiver.url.replace(TOKEN, "another"))
    deliver(settings, [alert(1)])
    assert receiver.titles == ["alert 1"]


def test_a_url_that_is_none_is_named_by_its_place_and_the_others_work(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("IONQ_ALERT_URLS", f"nonsense://{TOKEN} {receiver.url}")
    with caplog.at_level(logging.DEBUG):
        delivery = deliver(settings, [alert(1)])
    assert delivery.failures == ("IONQ_ALERT_URLS: Apprise does not know URL number 1; correct or remove it",)
    assert TOKEN not in caplog.text
    assert receiver.titles == ["alert 1"]


def test_without_destinations_what_is_open_is_still_to_be_seen(settings: Settings) -> None:
    delivery = deliver(settings, [alert(1)])
    assert (delivery.sent, delivery.failures) == (0, ())
    assert open_alerts(settings.data_dir) == [alert(1)]


def test_the_variable_is_the_one_of_the_settings(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_URLS", receiver.url)
    monkeypatch.delenv("IONQ_ALERT_URLS")
    deliver(Settings(data_dir=tmp_path, alerts={"urls_env": "TEAM_URLS"}), [alert(1)])
    assert receiver.titles == ["alert 1"]


def test_secrets_are_in_no_file_and_no_log(
    settings: Settings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        deliver(settings, [alert(1)])
        receiver.status = 500
        deliver(settings, [alert(1), alert(2)])
    assert TOKEN not in caplog.text
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_two_deliveries_at_once_tell_once(settings: Settings, receiver: Receiver) -> None:
    alerts = [alert(number) for number in range(5)]
    threads = [threading.Thread(target=deliver, args=(settings, alerts)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receiver.titles) == sorted(each.title for each in alerts)


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.alerts.test_delivery import alert
from ionq_data.alerts import deliver, state
from ionq_data.config import Settings

def write(data_dir, alerts, left=[int(sys.argv[2])], keep=state.write):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(data_dir, alerts)

state.write = write
deliver(Settings(data_dir=Path(sys.argv[1])), [alert(number) for number in range(4)])
"""


@pytest.mark.parametrize("writes", [0, 1, 3])
def test_killed_it_forgets_none_and_repeats_at_most_one(settings: Settings, receiver: Receiver, writes: int) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _KILLED, str(settings.data_dir), str(writes)]
    assert subprocess.run(command, cwd=root, timeout=60, check=False).returncode == -9
    deliver(settings, [alert(number) for number in range(4)])
    assert set(receiver.titles) == {f"alert {number}" for number in range(4)}
    assert len(receiver.titles) <= 5


def test_a_damaged_file_costs_a_repetition_and_nothing_else(settings: Settings, receiver: Receiver) -> None:
    deliver(settings, [alert(1)])
    (settings.data_dir / "alerts.json").write_text("{ not")
    assert open_alerts(settings.data_dir) == []
    deliver(settings, [alert(1)])
    assert receiver.titles == ["alert 1", "alert 1"]


def test_a_data_directory_that_cannot_be_written_is_an_error_before_anyone_is_told(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, __: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(LakeError, match="disk is full"):
        deliver(settings, [alert(1)])
    assert receiver.titles == []
