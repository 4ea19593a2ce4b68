"""How many processes a claimed difference needs.

References:
    G. E. Noether, "Sample size determination for some common nonparametric tests", Journal of the American
    Statistical Association 82 (1987), 645-647: the rule for Mann and Whitney's test.
    R. J. Serfling, "Approximation Theorems of Mathematical Statistics", Wiley (1980), section 2.3: the
    variance of a median, π/2 times that of a mean where values are normal.
"""

from __future__ import annotations

from math import ceil, log, pi, sqrt

import scipy

from reports.errors import ReportError
from reports.statistics.ranks import fewest


def processes_needed(
    *, spread: float, ratio: float, significance: float, power: float, threshold: float = 1.0
) -> int:
    """Processes a side with which a slowdown is found by the U test and by its ratio.

    Both are asked for the power, and so is that the test can reach the significance at all. Values are taken
    as log-normal. At a spread of 5 %, a ratio of 1.10 among some 100 measures and a power of 95 % take
    about 30.

    Args:
        spread: relative standard deviation between processes, such as 0.05.
        ratio: the slowdown to be found, such as 1.10.
        significance: that of one test, two-sided, corrected for the number of tests.
        power: chance of finding it.
        threshold: the ratio of medians that the observed one has to exceed as well.

    Raises:
        ReportError: the ratio is not over the threshold, so that no number is enough.
    """
    if ratio <= max(threshold, 1.0):
        raise ReportError(
            f"a ratio of {ratio:g} is never told from a threshold of {max(threshold, 1.0):g}; ask for more"
        )
    least = fewest(significance)
    if spread <= 0:
        return least
    larger = float(scipy.special.ndtr(log(ratio) / spread / sqrt(2)))
    reach = float(scipy.special.ndtri(1 - significance / 2) + scipy.special.ndtri(power))
    by_ranks = reach**2 / (6 * (larger - 0.5) ** 2)
    by_ratio = pi * (float(scipy.special.ndtri(power)) * spread / (log(ratio) - log(threshold))) ** 2
    return max(least, ceil(by_ranks), ceil(by_ratio))
