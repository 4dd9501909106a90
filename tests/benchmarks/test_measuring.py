"""What the figures are made of: processes, medians, slopes and the page."""

import json
import subprocess
import sys

import pytest

from benchmarks import page
from benchmarks.measuring import REPOSITORY, MeasurementError, Sample, median, run_program, run_work, side_by_side
from benchmarks.results import Row, Section, Series, Table


def _sample(seconds: float) -> Sample:
    return Sample(seconds=seconds, process_seconds=seconds, cpu_seconds=0, peak_mb=1)


MEASURED = """
import json, sys
from benchmarks.measuring import run_program
program = "import json; held = b'x' * 60_000_000; print('said'); print(json.dumps({'seconds': 7.5, 'rows': 3}))"
sample = run_program(sys.executable, "-c", program)
print(json.dumps([sample.seconds, sample.facts, sample.peak_mb, sample.cpu_seconds, sample.process_seconds]))
"""


def test_a_process_is_measured_as_a_whole() -> None:
    # in a small process of its own: the kernel counts the memory of a large one in that of its children
    found = subprocess.run([sys.executable, "-c", MEASURED], cwd=REPOSITORY, capture_output=True, check=True)
    seconds, facts, peak_mb, cpu_seconds, process_seconds = json.loads(found.stdout)
    assert (seconds, facts) == (7.5, {"rows": 3})
    assert 60 < peak_mb < 120
    assert 0 < cpu_seconds < 10
    assert process_seconds > 0


def test_a_process_without_a_result_is_timed_from_outside() -> None:
    sample = run_program(sys.executable, "-c", "print('no result')")
    assert sample.seconds == sample.process_seconds


def test_a_failed_process_says_what_it_said() -> None:
    with pytest.raises(MeasurementError, match=r"(?s)ended with 3.*the reason"):
        run_program(sys.executable, "-c", "import sys; print('the reason', file=sys.stderr); sys.exit(3)")


def test_programs_take_turns() -> None:
    order: list[str] = []

    def program(name: str) -> Sample:
        order.append(name)
        return _sample(len(order))

    samples = side_by_side({"a": lambda: program("a"), "b": lambda: program("b")}, runs=3)
    assert order == ["a", "b"] * 3
    assert median(samples["a"]).seconds == 3
    assert median(samples["b"][:2]).seconds == 2


@pytest.mark.parametrize(
    ("values", "slope"),
    [({10: 3.0, 100: 30.0, 1000: 300.0}, 1.0), ({10: 5.0, 1000: 5.0}, 0.0), ({10: 1.0, 100: 100.0}, 2.0)],
)
def test_a_slope_is_that_of_the_logarithms(values: dict[int, float], slope: float) -> None:
    assert Series(what="", unit="s", most=1, values=values).slope == pytest.approx(slope)


def test_one_point_has_no_slope() -> None:
    assert Series(what="", unit="s", most=1, values={10: 1.0}).slope is None


def test_the_page_says_what_is_met_and_why_the_rest_is_not() -> None:
    section = Section(
        title="A part",
        rows=[
            Row(what="one", target="≤ 1", figure="0.5", is_met=True, reason="not shown"),
            Row(what="two", target="≤ 1", figure="2", is_met=False, reason="because; next"),
        ],
        tables=[Table(title="Figures", columns=("a", "b"), rows=[("1", "2")])],
        series=[Series(what="all, time", unit="s", most=1.05, values={10: 1.0, 100: 100.0})],
        notes=["A note."],
    )
    assert Section.from_json(section.to_json()).to_json() == section.to_json()
    text = page.render({"part": section}, machine={"cores": "2"}, versions={"httpx": "1"}, runs=3)
    assert "| one | ≤ 1 | 0.5 | yes |  |" in text
    assert "| two | ≤ 1 | 2 | **no** | because; next |" in text
    assert "| all, time | 10: 1.00 s, 100: 100 s | 2.00 | 1.05 | **no** |" in text
    assert "| a | b |\n| --- | --- |\n| 1 | 2 |" in text


@pytest.mark.slow
def test_incremental_syncs_ask_for_little_more_than_they_must() -> None:
    steps = run_work("count_requests", "100", "--hours", "1", "26").facts["steps"]
    for step in steps:
        counted, least = sum(step["counted"].values()), sum(step["least"].values())
        assert least <= counted <= 1.1 * least, step
