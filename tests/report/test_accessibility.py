"""axe-core finds no violation of WCAG 2 A or AA, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.report.axe import Unavailable, axe_source
from tests.report.browsing import Opened

pytestmark = pytest.mark.slow

Open = Callable[..., Opened]
_RUN = """async () => {
    const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]});
    return {passes: found.passes.length, violations: found.violations.map((one) => ({
        id: one.id, help: one.help, nodes: one.nodes.slice(0, 5).map((node) => node.html.slice(0, 200))}))};
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    try:
        return axe_source()
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.prove)])
@pytest.mark.parametrize("world", ["simulated", "hostile", "empty"])
def test_no_violation(opened: Open, axe: str, world: str, scheme: str, width: int) -> None:
    found = _check(opened(world, width=width, color_scheme=scheme), axe)
    assert found["violations"] == []
    assert found["passes"] > 15


def test_the_check_can_fail(opened: Open, axe: str) -> None:
    report = opened("empty")
    report.page.evaluate("document.querySelector('main .note').style.color = '#eee'")
    report.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img>')")
    assert {one["id"] for one in _check(report, axe)["violations"]} >= {"color-contrast", "image-alt"}


def _check(report: Opened, axe: str) -> Any:
    report.page.evaluate(axe)
    return report.page.evaluate(_RUN)
