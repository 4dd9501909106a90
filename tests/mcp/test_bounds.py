"""SQL that somebody else wrote reads the warehouse, and does nothing else, and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import anyio
import pytest

from ionq_data.mcp.bounded import Limits, QueryRefused, ask
from tests.cli.test_sql import ELSEWHERE, UNLOCKING, WRITING
from tests.conftest import Simulated

pytestmark = pytest.mark.slow

PATIENT = Limits(seconds=120)
ENDLESS = [
    "with recursive t(a) as (select 1 union all select a + 1 from t) select count(*) from t",
    "select count(*) from range(100000000) as a, range(100000000) as b",
    "select levenshtein(repeat('a', 5000000), repeat('b', 5000000))",  # one call, which no interrupt reaches
]
GREEDY = ["select repeat('x', 2000000000)", "select list(i) from range(1000000000) as t(i)"]
SLY = [
    "attach ':memory:' as other",
    "attach '{elsewhere}/new.duckdb'",
    "call pragma_version()",
    "prepare x as select 1",
    "select 1; drop table fct_jobs",
    "from read_text('/proc/self/environ')",
    "from read_text('/proc/self/cmdline')",
    "from request",
    "explain analyze select 1",
    "vacuum",
    "checkpoint",
    "set memory_limit = '100GB'",
    "",
    "-- nothing",
]


def answer(data_dir: Path, sql: str, limits: Limits = PATIENT, **options: Any) -> dict[str, Any]:
    async def asked() -> dict[str, Any]:
        return await ask(data_dir, sql, {}, limits, **options)

    return anyio.run(asked)


@pytest.mark.parametrize("statement", WRITING + ELSEWHERE + UNLOCKING + SLY)
def test_it_only_reads_the_warehouse(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IONQ_API_KEY", "the-secret")
    (tmp_path / "secret.txt").write_text("the-secret\n")
    before = _digest(simulated)
    places = {"elsewhere": tmp_path, "secret": tmp_path / "secret.txt", "marts": simulated.data_dir / "marts"}
    with pytest.raises(QueryRefused) as refused:
        answer(simulated.data_dir, statement.format(**places))
    assert "the-secret" not in str(refused.value)
    assert "took longer" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]
    assert _digest(simulated) == before


@pytest.mark.parametrize("statement", ENDLESS)
def test_what_never_ends_is_ended(simulated: Simulated, statement: str) -> None:
    with pytest.raises(QueryRefused, match=r"memory or time limit|longer than 3 seconds"):
        answer(simulated.data_dir, statement, Limits(seconds=3))


@pytest.mark.parametrize("statement", GREEDY)
def test_what_needs_too_much_memory_is_refused(simulated: Simulated, statement: str) -> None:
    with pytest.raises(QueryRefused, match=r"[Mm]emory"):
        answer(simulated.data_dir, statement, Limits(seconds=120, memory_mb=128))


def test_a_long_answer_is_cut(simulated: Simulated) -> None:
    wide = answer(simulated.data_dir, "select repeat('x', 90000) as x from range(10)", rows=10)
    assert (len(wide["rows"]), wide["is_cut"]) == (2, True)
    assert answer(simulated.data_dir, "from range(3)", rows=3)["is_cut"] is False
    assert len(answer(simulated.data_dir, "from range(9000)")["rows"]) == PATIENT.rows
    assert answer(simulated.data_dir, "from range(3)", rows=-1)["rows"] == []


def test_every_type_can_be_sent(simulated: Simulated) -> None:
    query = """
        select 'nan'::double, 'inf'::float, 0.1::decimal(18, 6), date '2026-01-02', timestamp '2026-01-02 03:04:05',
            timestamptz '2026-01-02 03:04:05+01', [1.5::decimal(3, 1), null], {'a': 1, 'b': 'x'}, '\\xff'::blob, true,
            170141183460469231731687303715884105727::hugeint, null, time '03:04:05'
    """
    assert answer(simulated.data_dir, query)["rows"] == [
        [
            None, None, "0.100000", "2026-01-02", "2026-01-02T03:04:05",
            "2026-01-02T02:04:05+00:00", ["1.5", None], {"a": 1, "b": "x"}, "ff", True,
            170141183460469231731687303715884105727, None, "03:04:05",
        ]
    ]  # fmt: skip


def _digest(simulated: Simulated) -> str:
    return hashlib.blake2b((simulated.data_dir / "warehouse.duckdb").read_bytes()).hexdigest()
