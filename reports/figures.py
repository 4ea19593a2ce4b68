"""Numbers as readers see them: in Markdown, in the page, the same as the page's scripts write them."""

from __future__ import annotations

from math import log10

THIN_SPACE = "\u2009"


def significant(value: float, digits: int = 3, thousands: str = THIN_SPACE) -> str:
    """So many significant digits, in full and not as a power of ten: 0.0085, 26.1, 15 300.

    Args:
        value: any finite number.
        digits: how many; whole digits are never rounded away.
        thousands: stands between them.
    """
    if value == 0:
        return "0"
    if abs(value) < 1e-4:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    rounded = float(f"{value:.{digits - 1}e}")  # 999.7 has three digits as 1000
    decimals = max(0, digits - 1 - int(log10(abs(rounded)) // 1))
    return f"{value:,.{decimals}f}".replace(",", thousands)
