"""What earlier releases have left behind: a small lake, warehouse and settings file of each, frozen (DESIGN 4, 9)."""

from __future__ import annotations

import json
import lzma
import tarfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ionq_data.config import load_settings
from ionq_data.lake import Lake
from ionq_data.lake.bookmarks import read_bookmark
from ionq_data.lake.compaction import compact
from ionq_data.lake.verification import verify
from ionq_data.resources import RESOURCES, STANDING
from ionq_data.warehouse import build, publish
from tests.sql import marts
from tests.sync.bench import Bench, incomplete, written
from tests.sync.truth import current
from tests.sync.upstream import Upstream

RELEASES = Path(__file__).parent
LAKES = {"0.1.0": datetime.fromisoformat("2026-06-22T16:00:00+00:00")}  # and the time at which it was left
MARTS = ["stg_ionq__jobs", "stg_ionq__job_costs", "stg_ionq__usage", "stg_ionq__syncs", "stg_ionq__characterizations"]


@dataclass(frozen=True)
class Old:
    """A lake as an earlier release left it: two syncs, and a full one that was killed half-way."""

    lake: Lake
    left_at: datetime
    release: str

    def count(self, resource: str, what: str, where: str = "true") -> int:
        """Count by the rule of that release: the greatest ``(_extracted_at, _run_id)`` is current."""
        key = ", ".join(f'"{column}"' for column in RESOURCES[resource].key)
        with duckdb.connect() as connection:
            found = connection.execute(
                f"select count({what}) from (select * from read_parquet('{self.lake.root}/{resource}/**/*.parquet') "
                f"qualify row_number() over (partition by {key} order by _extracted_at desc, _run_id desc) = 1) "
                f"where {where}"
            ).fetchone()
        assert found
        return int(found[0])


@pytest.fixture(params=LAKES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Old:
    with tarfile.open(RELEASES / request.param / "lake.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    return Old(Lake(tmp_path / "lake"), LAKES[request.param], request.param)


def same_api(old: Old, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return an API that shows just what the lake holds, and a bench that syncs the lake with it."""
    old.lake.ensure(["default"])
    up = Upstream(now=old.left_at)
    records = {name: current(old.lake, name) for name in RESOURCES}

    def shown(name: str) -> dict[str, dict[str, object]]:
        return {key: record for key, (record, deleted) in records[name].items() if not deleted}

    up.jobs, up.costs = shown("jobs"), dict(shown("job_costs"))
    up.usage = {tuple(key.split("|")[::2]): row for key, row in shown("usage").items()}  # type: ignore[misc]
    up.sessions = list(shown("sessions").values())
    up.backends = sorted({str(record["backend"]) for record in shown("backends").values()})
    with duckdb.connect() as connection:
        source = f"read_parquet('{old.lake.root}/characterizations/**/*.parquet')"
        for backend, raw in connection.execute(f"select distinct backend, _raw from {source}").fetchall():
            up.characterizations.setdefault(backend, []).append(json.loads(raw))
        source = f"read_parquet('{old.lake.root}/usage/**/*.parquet')"
        ((organization,),) = connection.execute(f"select distinct organization from {source}").fetchall()
    monkeypatch.setattr("tests.sync.upstream.ORGANIZATION", organization)
    return Bench(up, old.lake)


def test_its_settings_are_read(old: Old) -> None:
    settings = load_settings(RELEASES / old.release / "ionq-data.toml")
    assert (settings.page_size, settings.results.max_age_days, len(settings.keys)) == (50, 30, 2)
    assert settings.alerts.rules.cost_anomaly.min_score == 8


def test_its_lake_is_sound_and_stays_so_when_it_is_compacted(old: Old) -> None:
    old.lake.ensure(["default"])
    held = {name: len(current(old.lake, name)) for name in RESOURCES}
    assert held["jobs"] == old.count("jobs", "*") > 50
    for hours in (0, 2):
        report = verify(old.lake)
        assert report.is_sound, report.findings
        compact(old.lake, now=old.left_at + timedelta(hours=hours), fewest_files=2)
    assert {name: len(current(old.lake, name)) for name in held} == held


def test_after_an_upgrade_nothing_is_asked_for_again(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = same_api(old, monkeypatch)
    a_day_old = f"not is_settled and http_status = 200 and first_answered_at <= '{old.left_at - timedelta(days=1)}'"
    refused = "http_status <> 200"
    due = old.count("job_costs", "*", f"({a_day_old}) or ({refused})")
    assert not incomplete(bench.sync(resources=STANDING))
    counts = bench.upstream.counts()
    assert sum(n for path, n in counts.items() if path.endswith("/cost")) <= due
    assert counts["/jobs"] <= 2  # the newest page; what the killed sync has left unread is known from before
    assert all(n <= 2 for path, n in counts.items() if path.endswith("/characterizations"))
    assert sum(n for path, n in counts.items() if path.endswith("/usage")) == 2
    again = written(bench.sync(resources=STANDING))
    assert set(again) <= {"whoami"}
    assert not bench.wrong()


def test_an_unfinished_sync_goes_on(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    assert old.lake.storage.list("_progress")
    assert read_bookmark(old.lake, "default", "jobs").parts["listings"][""]["stretches"]
    bench = same_api(old, monkeypatch)
    newest = sorted(bench.upstream.jobs.values(), key=lambda job: str(job["submitted_at"]))[-1]
    job_id = bench.upstream.add_job(1, bench.upstream.now, submitter_id=newest["submitter_id"])
    assert not incomplete(bench.sync(resources=["jobs"], full=True))
    assert not [wrong for wrong in bench.wrong() if "job " in wrong]
    assert job_id in current(old.lake, "jobs")
    assert old.lake.storage.list("_progress") == []


def test_sql_reads_it_before_anything_new_is_written(old: Old, tmp_path: Path) -> None:
    with old.lake.mirror() as folder:
        connection = marts.build(tmp_path, folder, *MARTS)
    with connection:
        assert connection.execute("select count(*) from staging.stg_ionq__jobs").fetchone() == (old.count("jobs", "*"),)


@pytest.mark.prove
def test_its_warehouse_is_replaced(old: Old, tmp_path: Path) -> None:
    packed = RELEASES / old.release / "warehouse.duckdb.xz"
    (tmp_path / "warehouse.duckdb").write_bytes(lzma.decompress(packed.read_bytes()))
    with old.lake.mirror() as folder:
        assert build(tmp_path, lake_dir=folder).passed
    publish(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_jobs").fetchone() == (old.count("jobs", "*"),)
