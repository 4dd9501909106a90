"""The usage report: stored whole, asked for again, restated, and gone (DESIGN 2.6, 2.17)."""

from __future__ import annotations

from datetime import date, timedelta

import httpx

from tests.sync.bench import Bench, incomplete, written

ORGANIZATION = "/organizations/b7a1c8f2-0000-4000-8000-000000000001/usage"


def sync(bench: Bench, **arguments: object) -> dict[str, int]:
    records = bench.sync(resources=["usage"], **arguments)
    assert not incomplete(records)
    return written(records)


def test_a_date_is_stored_whole_with_its_amount_over_all_groups(bench: Bench) -> None:
    """The five groups listed add up to less: the rest is not zero, it is not listed."""
    today = bench.upstream.now.date()
    bench.upstream.add_usage("project", today, 100.5, "a", "b", "c", "d", "e")
    sync(bench)
    assert bench.rows("usage", "select amount::double, len(group_usages), amount_unit from r") == [(100.5, 5, "USD")]
    assert not bench.wrong()


def test_a_restated_date_is_a_new_version(bench: Bench) -> None:
    day = bench.upstream.now.date() - timedelta(days=5)
    bench.upstream.add_usage("project", day, 10, "a")
    sync(bench)
    bench.upstream.add_usage("project", day, 12, "a")
    assert sync(bench) == {"usage": 1}
    assert bench.versions("usage", "select amount::int from r order by _extracted_at") == [(10,), (12,)]
    assert sync(bench) == {}


def test_a_date_of_six_weeks_ago_is_asked_for_once_a_day(bench: Bench) -> None:
    day = bench.upstream.now.date() - timedelta(days=44)
    sync(bench)
    bench.upstream.add_usage("project", day, 10, "a")
    sync(bench)
    assert bench.asked(ORGANIZATION)[0]["start_date"] == str(bench.upstream.now.date() - timedelta(days=7))
    assert bench.wrong()
    bench.upstream.now += timedelta(days=1)
    sync(bench)
    assert not bench.wrong()


def test_a_date_that_the_report_no_longer_lists_is_kept_as_deleted(bench: Bench) -> None:
    day = bench.upstream.now.date() - timedelta(days=2)
    for grouping in ("project", "user"):
        bench.upstream.add_usage(grouping, day, 10, "a")
    sync(bench)
    gone = bench.upstream.usage.pop(("project", str(day)))
    assert sync(bench) == {"usage": 1}
    assert bench.rows("usage", "select group_by, _deleted, amount::int from r order by 1") == [
        ("project", True, 10),
        ("user", False, 10),
    ]
    assert sync(bench) == {}
    bench.upstream.usage["project", str(day)] = gone
    sync(bench)
    assert not bench.wrong()


def test_a_date_outside_the_range_that_was_asked_for_is_not_gone(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date() - timedelta(days=30), 10, "a")
    sync(bench)
    assert sync(bench) == {}
    assert sync(bench, usage_range=(date(2026, 1, 1), date(2026, 2, 1))) == {}
    assert not bench.wrong()


def test_a_date_may_be_written_as_a_date_time(bench: Bench) -> None:
    """2.18; it is the same date, and not gone when the API begins to write it so."""
    day = bench.upstream.now.date()
    bench.upstream.add_usage("project", day, 10, "a")
    sync(bench)
    bench.upstream.usage["project", str(day)]["from"] = f"{day}T00:00:00Z"
    sync(bench)
    assert bench.rows("usage", 'select "from", _deleted from r') == [(day, False)]


def test_everything_is_read_back_to_the_first_date_however_long_nothing_was_used(bench: Bench) -> None:
    for days in (3, 368, 1500):  # years without any use lie in between
        bench.upstream.add_usage("project", bench.upstream.now.date() - timedelta(days=days), 10, "a")
    sync(bench)
    assert not bench.wrong()
    assert len(bench.asked(ORGANIZATION)) <= 2 * 12
    bench.upstream.add_usage("project", date(2026, 6, 1), 10, "a")
    sync(bench, usage_start=date(2026, 5, 1), full=True)
    assert [query["start_date"] for query in bench.asked(ORGANIZATION)] == ["2026-05-01"] * 2


def test_after_a_pause_of_years_it_goes_on_from_the_last_date_read(bench: Bench) -> None:
    sync(bench)
    bench.upstream.now += timedelta(days=900)
    for days in (2, 400, 890):
        bench.upstream.add_usage("project", bench.upstream.now.date() - timedelta(days=days), 10, "a")
    sync(bench)
    assert not bench.wrong()
    assert len(bench.asked(ORGANIZATION)) == 2 * 3


def test_a_grouping_that_fails_costs_the_other_nothing(bench: Bench) -> None:
    bench.upstream.meddle = lambda r: httpx.Response(500) if r.url.params.get("group_by") == "project" else None
    assert "usage by project" in incomplete(bench.sync(resources=["usage"]))["usage"][0]
    bench.upstream.meddle = None
    bench.upstream.add_usage("project", date(2020, 1, 1), 10, "a")
    sync(bench)
    assert not bench.wrong()
    asked = [query["start_date"] for query in bench.asked(ORGANIZATION) if query["group_by"] == "user"]
    assert asked == [str(bench.upstream.now.date() - timedelta(days=45))]


def test_a_range_on_request_moves_no_watermark(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date() - timedelta(days=20), 10, "a")
    sync(bench, usage_range=(date(2026, 1, 1), date(2026, 6, 1)))
    assert [query["start_date"] for query in bench.asked(ORGANIZATION)] == ["2026-01-01"] * 2
    assert bench.lake.ledger("default", "usage")[-1].watermark is None
    sync(bench)
    assert not bench.wrong()


def test_an_organization_that_nothing_tells_the_key_is_not_available_to_it(bench: Bench) -> None:
    said_nowhere = ("/sessions", "/estimate")
    bench.upstream.meddle = lambda r: httpx.Response(200, json={}) if r.url.path.endswith(said_nowhere) else None
    (record,) = bench.sync(resources=["usage"])
    assert (record.complete, record.availability) == (True, "refused")
    assert "IONQ_ORGANIZATION_ID" in str(record.unavailable_reason)


def test_the_last_date_is_inclusive_or_exclusive_and_both_are_right(bench: Bench) -> None:
    """2.18: a range on request must not take in, nor call gone, a date outside of it."""
    days = [date(2026, 5, day) for day in range(1, 5)]
    for day in days:
        bench.upstream.add_usage("project", day, 10, "a")
    exclusive = bench.upstream._usage

    def inclusive(params: httpx.QueryParams) -> httpx.Response:
        last = date.fromisoformat(params["end_date"]) + timedelta(days=1)
        return exclusive(params.set("end_date", last.isoformat()))

    for answer in (exclusive, inclusive):
        bench.upstream.meddle = lambda r, a=answer: a(r.url.params) if "/usage" in r.url.path else None
        sync(bench, usage_range=(days[1], days[3]))
        assert bench.rows("usage", 'select "from" from r where not _deleted order by 1') == [
            (day,) for day in days[1:3]
        ]


def test_the_same_date_in_another_range_has_another_amount_and_is_not_restated(bench: Bench) -> None:
    """2.18: normalized to credits as soon as any credit lies in the range; ``amounts`` is what was charged."""
    day = bench.upstream.now.date() - timedelta(days=3)
    charged = {"amounts": [{"amount": 10, "unit": "USD"}]}
    in_credits = {"amount": 12.5, "amount_unit": "credit"} | charged
    in_dollars = {"amount": 10, "amount_unit": "USD"} | charged

    def report(said: dict[str, object], *groups: str) -> None:
        bench.upstream.add_usage("project", day, 0, *groups)
        date_said = bench.upstream.usage["project", day.isoformat()]
        date_said |= said
        date_said["group_usages"] = [group | said for group in date_said["group_usages"]]

    report(in_dollars, "a", "b")
    assert sync(bench) == {"usage": 1}
    for said, groups in ((in_credits, "ba"), (in_dollars, "ab")):
        report(said, *groups)
        assert sync(bench) == {}
    report(in_dollars | {"amounts": [{"amount": 11, "unit": "USD"}]}, "a", "b")
    assert sync(bench) == {"usage": 1}
