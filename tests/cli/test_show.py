"""``show`` answers what the marts say, filtered as asked, for people and for programs."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from ionq_data.cli import answer_queries as queries
from tests.cli.answering import Ask, asking
from tests.conftest import Simulated

MONTH = "2026-06-01"


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, simulated: Simulated) -> Ask:
    return asking(capsys, monkeypatch, simulated.data_dir)


def query(simulated: Simulated, sql: str) -> list[tuple[Any, ...]]:
    with simulated.connect() as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("by", "mart", "key"),
    [
        ("project", "cost_per_project_monthly", "coalesce(project_name, project_id)"),
        ("user", "cost_per_user_monthly", "coalesce(user_name, user_id)"),
        ("backend", "cost_per_backend_monthly", "backend"),
    ],
)
def test_cost_is_that_of_the_mart(ask: Ask, simulated: Simulated, by: str, mart: str, key: str) -> None:
    rows = ask("show", "cost", "--by", by, "--json").facts
    named = f"coalesce({key}, 'not attributed')"
    of_month = query(simulated, f"select {named}, currency, sum(cost) from {mart} where month = '{MONTH}' group by all")
    found = {(row["name"], row["currency"]): Decimal(row["this_month"]) for row in rows}
    assert {key: cost for key, cost in found.items() if cost} == {
        (name, currency): cost for name, currency, cost in of_month if cost
    }
    assert all(len(row["trend"]) == 12 for row in rows), "bars of one length, month for month"
    assert all(sum(Decimal(point["value"]) for point in row["trend"]) == Decimal(row["all_months"]) for row in rows)


@pytest.mark.parametrize(
    ("by", "mart", "key", "rest"),
    [
        ("cost-center", "cost_per_cost_center_monthly", "cost_center", "no rule"),
        ("tag:study", "cost_per_tag_monthly where tag_key = 'study'", "tag_value", "untagged"),
    ],
)
def test_cost_centers_and_tags_add_up_to_the_months(
    ask: Ask, simulated: Simulated, by: str, mart: str, key: str, rest: str
) -> None:
    rows = ask("show", "cost", "--by", by, "--json").facts
    named = f"coalesce({key}, '{rest}')"
    of_all = query(simulated, f"select {named}, currency, sum(cost) from {mart} group by all")
    assert len(of_all) > 3
    found = {(row["name"], row["currency"]): Decimal(row["all_months"]) for row in rows}
    assert found == {(name, currency): cost for name, currency, cost in of_all}
    for currency, whole in query(simulated, "select currency, sum(cost) from cost_per_project_monthly group by all"):
        assert sum(cost for (_, of), cost in found.items() if of == currency) == whole


def test_before_a_tag_was_used_all_cost_was_without_it() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table data_freshness (resource varchar, last_complete_sync_at timestamp)")
        connection.execute(
            "create table cost_per_tag_monthly as select 'o' as organization, 'team' as tag_key, tag_value, "
            "date '2026-06-01' as month, 'USD' as currency, cost, 1 as job_count "
            "from (values ('chem', 7), (null, 3)) as t (tag_value, cost)"
        )
        connection.execute(
            "create table cost_per_project_monthly as select 'o' as organization, month, 'USD' as currency, cost, "
            "2 as job_count from (values (date '2026-05-01', 4), (date '2026-06-01', 10)) as t (month, cost)"
        )
        cost = queries.cost(queries.TAGGED, "tag_value", "tag_value", rest="untagged")
        found = connection.execute(cost, {"months": 2, "tag": "team"}).fetchall()
    assert [(row[0], *row[2:5]) for row in found] == [("chem", 7, 0, 7), ("untagged", 3, 4, 7)]


def test_two_projects_of_one_name_are_two_projects(simulated: Simulated) -> None:
    rows = "('a', 'Twin', 10), ('b', 'Twin', 5), ('c', 'Only', 1), (null, null, 2)"
    with duckdb.connect() as connection:
        connection.execute("create table data_freshness (resource varchar, last_complete_sync_at timestamp)")
        connection.execute(
            f"create table costs as select *, 'USD' as currency, date '2026-06-01' as month, 1 as job_count "
            f"from (values {rows}) as t (project_id, project_name, cost)"
        )
        cost = queries.cost("costs", "project_id", "project_name")
        found = connection.execute(cost, {"months": 2, "project": None}).fetchall()
    assert [(row[0], row[2]) for row in found] == [
        ("Twin (a)", Decimal(10)), ("Twin (b)", Decimal(5)), ("not attributed", Decimal(2)), ("Only", Decimal(1)),
    ]  # fmt: skip


def test_cost_is_filtered_by_project_and_months(ask: Ask) -> None:
    everything = ask("show", "cost", "--json").facts
    name = everything[0]["name"]
    only = ask("show", "cost", "--project", name[:6].upper(), "--months", "2", "--json").facts
    assert {row["name"] for row in only} == {name}
    assert len({row["currency"] for row in only}) == len(only)
    for row in only:
        assert len(row["trend"]) == 2
        assert Decimal(row["all_months"]) == Decimal(row["this_month"]) + Decimal(row["last_month"])


def test_the_table_of_costs_ends_with_their_sum(ask: Ask) -> None:
    rows = ask("show", "cost", "--json").facts
    printed = ask("show", "cost", width=140).out
    totals = [line for line in printed.splitlines() if line.startswith("total ")]
    currencies = {row["currency"] for row in rows}
    assert len(totals) == len(currencies) > 1
    for currency in currencies:
        last = next(line for line in totals if f" {currency} " in line)
        for column in ("this_month", "all_months"):
            amount = sum(Decimal(row[column]) for row in rows if row["currency"] == currency)
            assert f"{amount:,.2f} {currency}" in last


def test_fidelity_is_the_newest_of_each_backend(ask: Ask, simulated: Simulated) -> None:
    rows = ask("show", "fidelity", "--json").facts
    newest = query(
        simulated,
        "select backend, metric, arg_max(value, measured_at) from fidelity_trends "
        "where metric in ('1q', '2q', 'spam') group by all",
    )
    assert {(row["backend"], row["metric"]): row["value"] for row in rows} == {(b, m): v for b, m, v in newest}
    backend = rows[0]["backend"]
    times = ask("show", "fidelity", "--backend", backend, "--metric", "t1", "--metric", "t2", "--json").facts
    assert [(row["backend"], row["metric"]) for row in times] == [(backend, "t1"), (backend, "t2")]
    assert {row["metric"] for row in ask("show", "fidelity", "--metric", "all", "--json").facts} > {"reset", "2q"}


def test_queue_is_that_of_the_jobs(ask: Ask, simulated: Simulated) -> None:
    rows = ask("show", "queue", "--days", "30", "--json").facts
    jobs = query(
        simulated,
        "select backend, count(*), count(queue_seconds), quantile_cont(queue_seconds, 0.9) from fct_jobs "
        "where is_qpu and not dry_run and session_id is null and job_id = root_job_id "
        "and submitted_at >= '2026-05-19' group by all",
    )
    shown = {(r["backend"], r["jobs_submitted"], r["jobs_started"], r["p90_seconds"]) for r in rows}
    assert shown == set(jobs)
    daily = ask("show", "queue", "--daily", "--days", "30", "--backend", rows[0]["backend"], "--json").facts
    assert {row["backend"] for row in daily} == {rows[0]["backend"]}
    assert sum(row["jobs_submitted"] for row in daily) == rows[0]["jobs_submitted"]


def test_jobs_are_the_latest_that_match(ask: Ask) -> None:
    jobs = ask("show", "jobs", "--limit", "50", "--json").facts
    assert len(jobs) == 50
    times = [job["submitted_at"] for job in jobs]
    assert times == sorted(times, reverse=True)
    wanted = {"--status": "failed", "--backend": jobs[0]["backend"]}
    for option, value in wanted.items():
        rows = ask("show", "jobs", option, value, "--json").facts
        assert rows
        assert {row[option[2:]] for row in rows} == {value}
    project = next(job["project_name"] for job in jobs if job["project_name"])
    assert {r["project_name"] for r in ask("show", "jobs", "--project", project, "--json").facts} == {project}


def test_csv_has_the_same_rows_as_json(ask: Ask) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("show", "jobs", "--csv").out)))
    assert [row["job_id"] for row in rows] == [row["job_id"] for row in ask("show", "jobs", "--json").facts]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cost", "--backend", "qpu.aria-1"), "--backend does not go with 'show cost'"),
        (("cost", "--by", "user", "--project", "x"), "--project does not go with 'show cost'"),
        (("queue", "--by", "user"), "--by does not go with 'show queue'"),
        (("cost", "--by", "team"), "--by 'team' is none of project, user, backend, cost-center, nor a tag"),
        (("cost", "--by", "tag:"), "nor a tag such as tag:team"),
        (("fidelity", "--daily"), "--daily does not go with 'show fidelity'"),
        (("jobs", "--metric", "t1"), "--metric does not go with 'show jobs'"),
        (("cost", "--json", "--csv"), "Choose --json or --csv"),
        (("queue", "--days", "0"), "days"),
        (("weather",), "weather"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(ask: Ask, arguments: tuple[str, ...], said: str) -> None:
    answer = ask("show", *arguments)
    assert answer.code == 2
    assert said in answer.err + answer.out


def test_nothing_found_says_how_to_see_more(ask: Ask) -> None:
    answer = ask("show", "jobs", "--status", "melted")
    assert (answer.code, answer.err) == (0, "")
    assert "no row matches. To see all rows: ionq-data show jobs" in answer.out
    assert ask("show", "jobs", "--status", "melted", "--json").facts == []


def test_without_a_warehouse_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    answer = asking(capsys, monkeypatch, tmp_path)("show", "cost")
    assert answer.code == 1
    assert "ionq-data sync" in answer.err


def test_filters_are_values_and_never_sql(ask: Ask) -> None:
    hostile = "x' or 1=1; drop table fct_jobs; --"
    for option in ("--project", "--backend", "--status"):
        assert ask("show", "jobs", option, hostile, "--json").facts == []
    assert ask("show", "fidelity", "--metric", hostile, "--json").facts == []
    assert len(ask("show", "jobs", "--json").facts) == 20
