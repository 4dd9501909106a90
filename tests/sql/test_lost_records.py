"""The warehouse is the lake, always: whatever happens to its files, a build on top of the last is one from nothing."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ionq_data.warehouse.layout import WAREHOUSE_FILE
from tests.conftest import Simulated
from tests.sql.comparing import differing_tables
from tests.sql.marts import build

CHANGED = ("jobs", "job_costs", "usage", "characterizations", "backends", "sessions", "rates")


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(1, 12))
def test_any_change_of_the_lake(simulated: Simulated, tmp_path: Path, seed: int) -> None:
    lake, attic, dice = tmp_path / "lake", tmp_path / "attic", random.Random(seed)
    shutil.copytree(simulated.data_dir / "lake", lake)
    build(tmp_path / "kept", lake).close()
    for step in range(3):
        done = [change(lake, attic, dice) for change in (lose, alter, restore if step else lose, merge, alter)]
        with build(tmp_path / "kept", lake) as kept:
            shown = kept.execute("select count(*) from fct_jobs").fetchall()
        held = duckdb.sql(f"select count(distinct id) from read_parquet('{lake}/jobs/**/*.parquet')").fetchall()
        assert shown == held, done
        fresh = tmp_path / f"fresh-{step}"
        build(fresh, lake).close()
        assert differing_tables(tmp_path / "kept" / WAREHOUSE_FILE, fresh / WAREHOUSE_FILE) == [], done


def test_a_lost_month_is_lost_everywhere(simulated: Simulated, tmp_path: Path) -> None:
    """As the runbook a-lost-lake walks through it: 300 jobs were shown where the lake had 155."""
    lake = tmp_path / "lake"
    shutil.copytree(simulated.data_dir / "lake", lake)
    with build(tmp_path / "kept", lake) as before:
        had = before.execute("select count(*), sum(cost) from fct_jobs").fetchone()
    for month in sorted(lake.glob("jobs/*/submitted_month=*"))[-2:]:
        shutil.rmtree(month)
    with build(tmp_path / "kept", lake) as after:
        has = after.execute("select count(*), sum(cost) from fct_jobs").fetchone()
        gone = after.execute(
            f"select count(*) from fct_jobs where job_id not in (select id from '{lake}/jobs/**/*.parquet')"
        ).fetchone()
    assert gone == (0,)
    assert had is not None
    assert has is not None
    assert 0 < has[0] < had[0]
    assert has[1] < had[1]


def some_file(lake: Path, dice: random.Random) -> Path:
    """Return a file with rows, of any resource that a build reads."""
    files = sorted(f for name in CHANGED for f in (lake / name).rglob("*.parquet") if pq.read_metadata(f).num_rows)
    return dice.choice(files)


def lose(lake: Path, attic: Path, dice: random.Random) -> str:
    """Take a file away; it can come back."""
    file = some_file(lake, dice)
    place = attic / file.relative_to(lake)
    place.parent.mkdir(parents=True, exist_ok=True)
    file.rename(place)
    return f"lost {file.relative_to(lake)}"


def restore(lake: Path, attic: Path, dice: random.Random) -> str:
    """Put back a file that was lost."""
    lost = sorted(attic.rglob("*.parquet"))
    if not lost:
        return "nothing to restore"
    file = dice.choice(lost)
    file.rename(lake / file.relative_to(attic))
    return f"restored {file.relative_to(attic)}"


def alter(lake: Path, attic: Path, dice: random.Random) -> str:
    """Add later versions of some records, and records that were never there before."""
    file = some_file(lake, dice)
    resource = file.relative_to(lake).parts[0]
    table = pq.ParquetFile(file).read()
    rows = dice.sample(table.to_pylist(), min(5, table.num_rows))
    for number, row in enumerate(rows):
        row["_extracted_at"] += timedelta(hours=1 + number)
        row["_hash"], row["_run_id"] = f"{dice.getrandbits(128):032x}", f"altered-{dice.getrandbits(32)}"
        if resource == "jobs":
            row |= {"name": f"altered {number}", "status": dice.choice(["completed", "failed", "submitted"])}
            row["id"] = f"new-{dice.getrandbits(32)}" if number % 2 else row["id"]
    pq.write_table(
        pa.Table.from_pylist(rows, schema=table.schema), file.with_name(f"altered-{dice.getrandbits(32)}.parquet")
    )
    return f"altered {resource}"


def merge(lake: Path, attic: Path, dice: random.Random) -> str:
    """Make one file of all that lie beside one another, as compaction does."""
    folder = some_file(lake, dice).parent
    files = sorted(folder.glob("*.parquet"))
    tables = [pq.ParquetFile(file).read() for file in files]
    pq.write_table(
        pa.concat_tables(tables, promote_options="default"), folder / f"merged-{dice.getrandbits(32)}.parquet"
    )
    for file in files:
        file.unlink()
    return f"merged {folder.relative_to(lake)}"
