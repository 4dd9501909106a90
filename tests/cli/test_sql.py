"""``sql`` reads the published warehouse: it writes nothing and sees nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest

from tests.cli.answering import Ask, asking
from tests.conftest import Simulated


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, simulated: Simulated) -> Ask:
    return asking(capsys, monkeypatch, simulated.data_dir)


def test_a_question_is_answered_as_table_json_and_csv(ask: Ask, simulated: Simulated) -> None:
    question = "select status, count(*) as jobs from fct_jobs group by all order by jobs desc"
    with simulated.connect() as connection:
        expected = connection.execute(question).fetchall()
    assert [tuple(row.values()) for row in ask("sql", question, "--json").facts] == expected
    rows = list(csv.reader(io.StringIO(ask("sql", question, "--csv").out)))
    assert rows == [["status", "jobs"], *([status, str(jobs)] for status, jobs in expected)]
    printed = ask("sql", question).out
    assert all(status in printed and f"{jobs:,}" in printed for status, jobs in expected)


def test_a_question_may_come_from_a_pipe(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select 6 * 7 as answer"))
    assert ask("sql", "-", "--json").facts == [{"answer": 42}]


def test_a_table_that_is_too_wide_is_shown_row_by_row(ask: Ask) -> None:
    answer = ask("sql", "from fct_jobs order by submitted_at", "--limit", "2", width=80)
    lines = answer.out.splitlines()
    assert lines[0] == "row 1"
    assert "row 2" in lines
    assert sum(line.split()[:1] == ["job_id"] for line in lines) == 2
    assert "Only the first 2 rows are shown: use --limit 0 for all." in answer.err
    assert "Error" not in answer.err


def test_no_row_says_so(ask: Ask) -> None:
    assert ask("sql", "from fct_jobs where false").out.strip() == "No row."


WRITING = [
    "create table x (a int)",
    "insert into fct_jobs select * from fct_jobs",
    "update fct_jobs set cost = 0",
    "delete from fct_jobs",
    "drop table fct_jobs",
    "create view v as select 1",
    "attach '{elsewhere}/other.duckdb' as other",
    "copy fct_jobs to '{elsewhere}/jobs.csv'",
    "copy (select 1) to '/dev/stdout'",
    "export database '{elsewhere}/exported'",
    "install httpfs",
]
ELSEWHERE = [
    "from read_csv('{secret}')",
    "from read_text('{secret}')",
    "from read_blob('{secret}')",
    "from '{secret}'",
    "from glob('{elsewhere}/*')",
    "from sniff_csv('{secret}')",
    "from read_parquet('{marts}/*.parquet')",
    "from read_csv('https://example.org/x.csv')",
    "attach '{elsewhere}/other.duckdb' (read_only)",
    "load httpfs",
    "select getenv('IONQ_API_KEY')",
    "from duckdb_secrets()",
]
UNLOCKING = [
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "pragma enable_profiling",
    "set profiling_output = '{elsewhere}/profile'",
    "set temp_directory = '{elsewhere}'",
    "select 1; set enable_external_access = true; from read_text('{secret}')",
]


@pytest.mark.parametrize("statement", WRITING + ELSEWHERE + UNLOCKING)
def test_it_neither_writes_nor_looks_elsewhere(
    ask: Ask, simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IONQ_API_KEY", "the-secret")
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret\n")
    before = _state(simulated.data_dir)
    places = {"elsewhere": tmp_path, "secret": secret, "marts": simulated.data_dir / "marts"}
    answer = ask("sql", statement.format(**places))
    assert answer.code == 1, answer.out
    assert answer.err.startswith("Error: ")
    assert "the-secret" not in answer.out + answer.err
    assert "Traceback" not in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]
    assert _state(simulated.data_dir) == before


@pytest.mark.parametrize(
    ("statement", "next_step"),
    [
        ("selec 1", "show tables"),
        ("from no_such_table", "docs/data-dictionary.md"),
        ("drop table fct_jobs", "only reads"),
        ("from read_text('/etc/hostname')", "open warehouse.duckdb in DuckDB"),
        ("set threads = 1", "only reads"),
    ],
)
def test_an_error_says_what_to_do_next(ask: Ask, statement: str, next_step: str) -> None:
    answer = ask("sql", statement)
    assert answer.code == 1
    assert next_step in answer.err


def test_two_formats_at_once_are_wrong_usage(ask: Ask) -> None:
    assert ask("sql", "select 1", "--json", "--csv").code == 2


def test_no_cell_of_the_csv_is_a_formula(ask: Ask) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-1", "-1+1", "@SUM(A1)", "\t=1", "plain", "＝1", "1e3"]
    values = ", ".join("('" + text.replace("'", "''") + "')" for text in texts)
    rows = list(csv.reader(io.StringIO(ask("sql", f"select * from (values {values}) as t(name)", "--csv").out)))[1:]
    kept = [row[0] for row in rows]
    assert kept == ["'=1+1", "'+cmd|' /C calc'!A0", "-1", "'-1+1", "'@SUM(A1)", "'\t=1", "plain", "'＝1", "1e3"]


def _state(data_dir: Path) -> dict[str, str]:
    """Return the files of a data directory with a digest of the warehouse."""
    names = {str(path.relative_to(data_dir)): "" for path in data_dir.rglob("*")}
    warehouse = data_dir / "warehouse.duckdb"
    return names | {warehouse.name: hashlib.blake2b(warehouse.read_bytes()).hexdigest()}
