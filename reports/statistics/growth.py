"""How a measure grows with a parameter: the exponent of a power law, with its interval.

y = a·x^b is a straight line in logarithms, fitted by least squares; errors are taken to be relative. The
interval of b is Student's, with two degrees of freedom fewer than points (Draper and Smith, "Applied
Regression Analysis", 3rd edition, Wiley 1998, chapter 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from reports.errors import ReportError
from reports.statistics.robust import CONFIDENCE

#: Two points lie on any power law.
LEAST_POINTS = 3


@dataclass(frozen=True)
class PowerLaw:
    """A fitted y = factor·x^exponent, and the ends of the exponent's interval at `CONFIDENCE`."""

    factor: float
    exponent: float
    low: float
    high: float


def power_law(points: Sequence[tuple[float, float]]) -> PowerLaw:
    """The power law through points (x, y).

    Raises:
        ReportError: there are fewer than `LEAST_POINTS` values of x, or a number is not positive.
    """
    if len({x for x, _ in points}) < LEAST_POINTS:
        raise ReportError(f"an exponent needs {LEAST_POINTS} values of the parameter; measure more")
    if min(min(point) for point in points) <= 0:
        raise ReportError("a power law has positive numbers alone; leave out the others")
    x, y = np.log(np.array(points, float)).T
    fitted = scipy.stats.linregress(x, y)
    reach = scipy.stats.t.ppf((1 + CONFIDENCE) / 2, len(points) - 2) * fitted.stderr
    return PowerLaw(
        factor=float(np.exp(fitted.intercept)),
        exponent=float(fitted.slope),
        low=float(fitted.slope - reach),
        high=float(fitted.slope + reach),
    )
