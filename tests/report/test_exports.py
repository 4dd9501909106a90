"""The exports: what the marts hold, for the period asked for, without a formula, and replaced whole."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ionq_data.report import ExportError, export
from ionq_data.report.exports import workbook
from ionq_data.report.exports.formulas import neutralized
from ionq_data.report.exports.marts import DATED_BY, WHOLE
from ionq_data.warehouse import NoWarehouse
from tests.report.conftest import DataDir

START, END = date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def hostile(data_dir: DataDir) -> Path:
    return data_dir("hostile")


@pytest.fixture
def warehouse(hostile: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(hostile / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_every_mart_has_a_file_with_all_of_its_rows(
    hostile: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    marts = {
        name
        for (name,) in warehouse.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
    }
    csv_files = export(hostile, "csv", destination=tmp_path)
    parquet_files = export(hostile, "parquet", destination=tmp_path)
    assert {file.stem for file in csv_files} == {file.stem for file in parquet_files} == marts
    for file in csv_files:
        ((rows,),) = warehouse.execute(f'select count(*) from "{file.stem}"').fetchall()
        assert len(_read_csv(file)) == rows, file
    jobs = pq.read_table(next(file for file in parquet_files if file.stem == "fct_jobs"))
    assert jobs.equals(warehouse.sql("from fct_jobs").to_arrow_table().cast(jobs.schema))


def test_every_mart_is_dated_or_said_to_be_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    marts = {
        name
        for (name,) in warehouse.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
    }
    assert marts == set(DATED_BY) | WHOLE


def test_a_period_holds_its_first_day_and_not_its_last(
    hostile: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = {file.stem: file for file in export(hostile, "csv", start=START, end=END, destination=tmp_path)}
    daily = _read_csv(files["cost_per_project_daily"])
    expected = warehouse.execute("select date, cost from cost_per_project_daily where month(date) = 4").fetchall()
    assert sorted((row["date"], Decimal(row["cost"])) for row in daily) == sorted(
        (day.isoformat(), cost) for day, cost in expected
    )
    assert {row["month"] for row in _read_csv(files["cost_per_project_monthly"])} == {"2026-04-01"}
    jobs = {row["job_id"] for row in _read_csv(files["fct_jobs"])}
    assert jobs
    assert {row["job_id"] for row in _read_csv(files["cost_audit"])} <= jobs
    weeks = [date.fromisoformat(row["week"]) for row in _read_csv(files["queue_predictions"])]
    assert min(weeks) == date(2026, 3, 30)  # the week that the first of April lies in
    assert (
        len(_read_csv(files["dim_backends"])) == warehouse.execute("select count(*) from dim_backends").fetchall()[0][0]
    )


def test_a_month_that_a_period_begins_in_belongs_to_it(hostile: Path, tmp_path: Path) -> None:
    files = {file.stem: file for file in export(hostile, "csv", start=date(2026, 5, 20), destination=tmp_path)}
    assert {row["month"] for row in _read_csv(files["cost_per_user_monthly"])} == {"2026-05-01", "2026-06-01"}


def test_focus_is_the_charges_with_times_as_the_specification_writes_them(
    hostile: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (file,) = export(hostile, "focus", destination=tmp_path)
    rows = _read_csv(file)
    for currency, total in warehouse.execute(
        "select BillingCurrency, sum(BilledCost) from focus_cost_and_usage group by all"
    ).fetchall():
        assert sum(Decimal(row["BilledCost"]) for row in rows if row["BillingCurrency"] == currency) == total
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["ChargePeriodStart"]) for row in rows)


@pytest.mark.parametrize("kind", ["csv", "focus", "xlsx"])
def test_nothing_that_a_spreadsheet_opens_is_a_formula(hostile: Path, tmp_path: Path, kind: str) -> None:
    texts = []
    for file in export(hostile, kind, destination=tmp_path):
        if file.suffix == ".xlsx":
            book = openpyxl.load_workbook(file, read_only=True)
            for sheet in book:
                for row in sheet.iter_rows(min_row=2):
                    assert all(cell.data_type != "f" for cell in row)
                    texts += [cell.value for cell in row if isinstance(cell.value, str)]
            book.close()
        else:
            texts += [text for row in _read_csv(file) for text in row.values()]
    assert "'=cmd|' /C calc'!A0" in texts
    bad = [
        text
        for text in texts
        if re.match(r"[=+\-@\t\r\n]", text) and not re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text)
    ]
    assert bad == []


@settings(deadline=None)
@given(st.text(max_size=20))
@example("=1+1")
@example("-1")
@example("-1+1|cmd")
@example("\t=1")
@example("＝1")
@example("+49 170 1234567")
@example("it's")
def test_a_text_is_kept_or_gets_one_apostrophe(text: str) -> None:
    if "\x00" in text:
        text = text.replace("\x00", "")
    with duckdb.connect() as connection:
        query = f"select {neutralized([('name', 'VARCHAR')])} from (select $1::varchar as name)"
        ((found,),) = connection.execute(query, [text]).fetchall()
    is_number = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text) is not None
    is_formula = text[:1] in set("=+-@\t\r\n＝＋－＠") - {""} and not is_number
    assert found == ("'" + text if is_formula else text)


def test_a_workbook_has_types_and_a_sheet_for_each_mart(
    hostile: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (file,) = export(hostile, "xlsx", destination=tmp_path)
    book = openpyxl.load_workbook(file)
    assert set(book.sheetnames) == set(DATED_BY) | WHOLE
    sheet = book["cost_per_project_daily"]
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    assert isinstance(first["date"], datetime)
    assert isinstance(first["cost"], int | float)
    total = sum(Decimal(str(row[head.index("cost")])) for row in sheet.iter_rows(min_row=2, values_only=True))
    assert round(total, 4) == round(
        warehouse.execute("select sum(cost) from cost_per_project_daily").fetchall()[0][0], 4
    )
    assert sheet.freeze_panes == "A2"


def test_a_sheet_that_is_full_goes_on_in_another(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 500)
    (file,) = export(hostile, "xlsx", destination=tmp_path)
    book = openpyxl.load_workbook(file, read_only=True)
    assert {"fct_jobs", "fct_jobs (2)"} <= set(book.sheetnames)
    ids = [
        row[2]
        for name in book.sheetnames
        if name.startswith("fct_jobs")
        for row in book[name].iter_rows(min_row=2, values_only=True)
    ]
    book.close()
    assert len(ids) == len(set(ids)) == 902


def test_exports_lie_in_the_data_directory_and_replace_each_other(hostile: Path, tmp_path: Path) -> None:
    shutil.copyfile(hostile / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    (first,) = export(tmp_path, "focus")
    assert first == tmp_path / "exports" / "focus_cost_and_usage.csv"
    (april,) = export(tmp_path, "focus", start=START, end=END)
    assert april != first
    assert export(tmp_path, "focus") == [first]
    assert sorted(path.name for path in first.parent.iterdir()) == sorted([first.name, april.name])


def test_an_impossible_export_says_why_and_leaves_nothing(hostile: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is empty"):
        export(hostile, "csv", start=END, end=START)
    with pytest.raises(NoWarehouse):
        export(tmp_path, "csv")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ExportError, match="Cannot write the export to"):
        export(hostile, "focus", destination=tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def _read_csv(file: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
