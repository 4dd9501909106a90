"""A forecast's interval and probability are those of a gamma distribution, by SciPy."""

from __future__ import annotations

from scipy.stats import gamma, norm

from tests.truth.forecasts import NORMAL, QUANTILE
from tests.truth.worlds import World

FORECASTS = """
    select f.to_come, f.variance, f.spent::double, m.low::double, m.high::double
    from intermediate.int_forecasts as f
    inner join cost_forecast as m using (organization, month, currency)
    where m.project_id is not distinct from f.project_id and f.to_come > 0 and m.low > f.spent + f.reserved
"""


def test_intervals_are_those_of_a_gamma_distribution(seen: World) -> None:
    """To 3 % of its mean, where it varies less than an exponential distribution."""
    with seen.connect() as connection:
        rows = connection.execute(FORECASTS).fetchall()
    shaped = [(mean, variance, *rest) for mean, variance, *rest in rows if mean**2 > variance]
    assert len(shaped) >= 2
    for mean, variance, spent, low, high in shaped:
        right = gamma(mean**2 / variance, scale=variance / mean)
        assert abs(low - spent - right.ppf(norm.cdf(-QUANTILE))) < 0.03 * mean
        assert abs(high - spent - right.ppf(norm.cdf(QUANTILE))) < 0.03 * mean


def test_the_ends_of_the_interval_are_exceeded_as_often_as_it_says(seen: World) -> None:
    """One budget at the upper end of each forecast: exceeded one time in ten."""
    with seen.connect() as connection:
        rows = connection.execute(FORECASTS).fetchall()
    for mean, variance, spent, _, high in rows:
        exceeded = gamma(mean**2 / variance, scale=variance / mean).sf(high - spent)
        assert abs(norm.sf(norm.isf(exceeded) * NORMAL / QUANTILE) - 0.1) < 0.02
