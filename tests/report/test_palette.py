"""The series' colours can be told apart, also by people with any of the three kinds of colour blindness."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from ionq_data.report.charts.theme import DASHES, SERIES
from ionq_data.report.scripts import asset

Colour = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
SEEN_BY = {
    "everybody": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)
JUST_NOTICEABLE = 2.3
"""Distance in CIELAB at which two patches side by side begin to look different."""


def colours(theme: int) -> list[Colour]:
    """Return the series' colours as linear RGB: 0 light, 1 dark."""
    found = re.findall(r"--series-\d: light-dark\((#\w{6}), (#\w{6})\)", asset("style.css"))
    assert len(found) == len(SERIES)
    codes = np.array([[int(pair[theme][at : at + 2], 16) / 255 for at in (1, 3, 5)] for pair in found])
    return list(np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4))


def lab(colour: Colour) -> Colour:
    ratio = TO_XYZ @ np.clip(colour, 0, 1) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_two_series_never_look_alike(eyes: str, theme: int) -> None:
    seen = [lab(SEEN_BY[eyes] @ colour) for colour in colours(theme)]
    distances = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(range(8), 2)}
    assert min(distances.values()) > 4 * JUST_NOTICEABLE, min(distances, key=lambda pair: distances[pair])


def test_lines_differ_in_their_dashes_too() -> None:
    assert len({tuple(dash) for dash in DASHES[:4]}) == 4
