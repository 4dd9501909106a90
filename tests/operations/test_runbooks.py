"""Each runbook is done as it stands there, and what it promises is looked for afterwards."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_data.lake import Lake
from tests.alerts.receiver import Receiver
from tests.operations.agreement import disagreements, published
from tests.operations.console import script
from tests.operations.doors import doors
from tests.operations.emulated import Emulated, emulated
from tests.operations.processes import ROOT
from tests.operations.sites import KEY, NEW_KEY, OTHER_KEY, Site
from tests.sync.truth import current

pytestmark = pytest.mark.timeout(1200)

RUNBOOKS = ROOT / "docs" / "runbooks"
DOCUMENTS = {path.stem: path for path in RUNBOOKS.glob("*.md") if path.name != "README.md"}


@pytest.fixture(scope="module")
def api() -> Iterator[Emulated]:
    with emulated(days=30, jobs=60) as api:
        yield api


@pytest.fixture(scope="module")
def another() -> Iterator[Emulated]:
    with emulated(days=30, jobs=40, seed=9) as another:
        yield another


@pytest.fixture(scope="module")
def copied(api: Emulated, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first day is over, for those runbooks that begin there."""
    folder = tmp_path_factory.mktemp("copied")
    with doors({KEY: api}) as opened:
        Site(folder, api, opened, receiver).type("ionq-data sync")
    return folder


@pytest.fixture
def site(api: Emulated, another: Emulated, receiver: Receiver, tmp_path: Path) -> Iterator[Site]:
    receiver.messages.clear()
    with doors({KEY: api, OTHER_KEY: another}) as opened:
        yield Site(tmp_path, api, opened, receiver)


def back_up(site: Site) -> None:
    making, _ = script(ROOT / "docs" / "server.md").split("mkdir -p restored/lake")
    site.type(making)


def damage_the_lake(site: Site) -> None:
    back_up(site)
    files = sorted((site.data / "lake" / "jobs").rglob("2*.parquet"))
    files[0].unlink()
    (files[-1] if len(files) > 1 else next((site.data / "lake" / "job_costs").rglob("2*.parquet"))).write_bytes(b"PAR1")


def restate(site: Site) -> None:
    """Change upstream what a usual sync no longer looks at, and let a job disappear."""
    day = (datetime.now(UTC) - timedelta(days=12)).date()
    site.api.control("POST", "/usage", {"date": day.isoformat(), "cents": 12_345})
    job = site.api.control("GET", "/truth", jobs="true")["jobs"][0]["id"]
    site.api.control("DELETE", f"/jobs/{job}")


def renew_the_key(site: Site) -> None:
    site.doors.keys = {NEW_KEY: site.api}


def check_backup(site: Site, _: str) -> None:
    assert (site.folder / "restored" / "warehouse.duckdb").is_file()


def check_built(site: Site, _: str) -> None:
    assert site.count("select count(*) from fct_jobs") == len(current(Lake(site.data / "lake"), "jobs")) >= 50
    assert (site.data / "report" / "index.html").is_file()


def check_alert(site: Site, _: str) -> None:
    assert "ionq-data" in site.receiver.titles
    check_built(site, "")


def check_right(site: Site, _: str) -> None:
    with site.api.standing_still():
        site.type("ionq-data sync")
        assert disagreements(site.api, site.data) == []
    assert site.count("select count(*) from cost_reconciliation where status = 'mismatch'") == 0


def check_restated(site: Site, _: str) -> None:
    day = (datetime.now(UTC) - timedelta(days=12)).date()
    reported = site.count(f"select usage_report_cost from cost_reconciliation where date = '{day}'")
    assert site.count(f"select sum(cost) from cost_per_project_daily where date = '{day}'") == reported
    assert Decimal(str(reported)) >= Decimal("123.45")
    assert site.count("select count(*) from fct_jobs where is_deleted") == 1


def check_new_key(site: Site, _: str) -> None:
    deleted = site.api.control("GET", "/truth")["totals"]["deleted_jobs"]
    assert int(str(site.count("select count(*) filter (is_deleted) from fct_jobs"))) <= deleted
    assert site.count("select count(distinct account) from fct_jobs") == 1


def check_two(site: Site, _: str) -> None:
    query = "select account, count(distinct organization), count(*) >= 40 from fct_jobs group by 1 order by 1"
    assert published(site.data, query) == [("default", 1, True), ("teaching", 1, True)]
    assert site.count("select count(distinct organization) from fct_jobs") == 2


def check_moved(site: Site, _: str) -> None:
    moved = Site(site.folder / "new", site.api, site.doors, site.receiver)
    assert moved.count("select count(*) from fct_jobs") == site.count("select count(*) from fct_jobs")


def check_read_elsewhere(site: Site, said: str) -> None:
    assert "completed" in said
    assert (site.folder / "shared.duckdb").is_file()


def nothing(site: Site) -> None: ...


@dataclass(frozen=True)
class Case:
    """What is the matter before a runbook is opened, what is typed into it, and how the world is afterwards."""

    check: Callable[[Site, str], None]
    prepare: Callable[[Site], None] = nothing
    typed: tuple[str, ...] = ()
    begins_empty: bool = False


CASES = {
    "first-day": Case(check_alert, typed=(KEY, "ALERT_URL"), begins_empty=True),
    "backfill-a-year": Case(check_right),
    "a-wrong-week": Case(check_restated, restate),
    "a-rotated-key": Case(check_new_key, renew_the_key, typed=(NEW_KEY,)),
    "a-second-organization": Case(check_two, typed=(OTHER_KEY,)),
    "a-lost-warehouse": Case(check_built),
    "a-lost-lake": Case(check_right, damage_the_lake),
    "another-machine": Case(check_moved),
    "beyond-one-machine": Case(check_read_elsewhere),
}


def test_every_runbook_is_tested_and_listed() -> None:
    assert set(CASES) == set(DOCUMENTS)
    listed = set(re.findall(r"\]\((.+?)\.md\)", (RUNBOOKS / "README.md").read_text("utf-8")))
    assert listed == set(DOCUMENTS)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.prove) for name in CASES])
def test_a_runbook_works_as_written(name: str, site: Site, request: pytest.FixtureRequest) -> None:
    case = CASES[name]
    if not case.begins_empty:
        shutil.copytree(request.getfixturevalue("copied"), site.folder, dirs_exist_ok=True)
    case.prepare(site)
    typed = tuple(line if line != "ALERT_URL" else site.receiver.url for line in case.typed)
    case.check(site, site.type(script(DOCUMENTS[name]), typed=typed))


@pytest.mark.prove
def test_the_backup_of_the_server_page_can_be_restored(site: Site, copied: Path) -> None:
    shutil.copytree(copied, site.folder, dirs_exist_ok=True)
    check_backup(site, site.type(script(ROOT / "docs" / "server.md")))
