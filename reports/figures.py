"""Numbers as readers see them, everywhere the same: in tables of a terminal, in Markdown, in the page.

What a number is says how it is written (`Unit`): seconds, bytes and bits have formats of their own, a metric
brings its own along (`models.metrics`). The page's scripts get units as data and write them the same way.
"""

from __future__ import annotations

from enum import Enum
from math import log10

from models.metrics.catalogue import metric_named
from models.metrics.metric import NumberFormat
from reports.ladder import HeldOutLadder, Loss

THIN_SPACE = "\u2009"
#: What is written for a number that was not measured; it is never 0.
ABSENT = "–"
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
_BINARY = ("B", "K", "M", "G", "T", "P")


class Unit(str, Enum):
    """What a number is; the values are the names of units in the page's data."""

    SECONDS = "s"
    BYTES = "bytes"
    BITS = "bits"
    COUNT = "count"
    FRACTION = "fraction"
    FLIPPED = "flipped"  # labels
    NUMBER = "number"
    METRIC = "metric"  # in the format of the record's metric
    LOSS = "loss"  # in the format of a loss of the record's metric


def significant(value: float, digits: int = 3, thousands: str = THIN_SPACE) -> str:
    """So many significant digits, in full and not as a power of ten: 0.0085, 26.1, 15 300.

    Args:
        value: any finite number.
        digits: how many; whole digits are never rounded away.
        thousands: the sign between them.
    """
    if value == 0:
        return "0"
    if abs(value) < 1e-4:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    rounded = float(f"{value:.{digits - 1}e}")  # 999.7 has three digits as 1000
    decimals = max(0, digits - 1 - int(log10(abs(rounded)) // 1))
    return f"{value:,.{decimals}f}".replace(",", thousands)


def fixed(value: float | None, digits: int) -> str:
    """So many decimals; a dash where there is no value."""
    return ABSENT if value is None else f"{value:.{digits}f}"


def in_metric(value: float | None, metric: str) -> str:
    """A metric's value in the format that the metric declares: 97.50 %, 4.123; a dash where there is none."""
    how = metric_named(metric).format
    return ABSENT if value is None else f"{digits_of(value, how)} {how.unit}".rstrip()


def percent(value: float | None) -> str:
    """A fraction in percent; a dash where there is none."""
    return ABSENT if value is None else f"{100 * value:.2f} %"


def count(value: int | None) -> str:
    """A whole number; a dash where nothing was counted."""
    return ABSENT if value is None else str(value)


def size(value: float | None, digits: int = 3) -> str:
    """Bytes in powers of 1000, in the unit that suits them: 512 B, 26.1 GB; a dash where there are none."""
    if value is None:
        return ABSENT
    power = 0
    while value >= 1000 and power < len(_SIZES) - 1:
        value, power = value / 1000, power + 1
    shown = significant(value, digits, thousands="") if power else f"{value:.0f}"
    return f"{shown} {_SIZES[power]}"


def binary_size(value: float) -> str:
    """Bytes in powers of 1024 under one letter, as other harnesses write them: 21.4G."""
    power = 0
    while value >= 1024 and power < len(_BINARY) - 1:
        value, power = value / 1024, power + 1
    return f"{value:.1f}{_BINARY[power]}"


def seconds(value: float, digits: int = 3, thousands: str = "") -> str:
    """A duration in the unit that suits it: 26.1 s, 8.50 ms, 12.0 µs."""
    for unit, least, scale in (("s", 1.0, 1.0), ("ms", 1e-3, 1e3), ("µs", 0.0, 1e6)):
        if value >= least or value == 0:
            return f"{significant(value * scale, digits, thousands)} {unit}"
    raise ValueError(f"{value} seconds are not a duration")


def bits(*values: float | None) -> str:
    """Bits of precision, several separated by strokes; a dash where they are undefined."""
    return " / ".join(fixed(value, 1) for value in values)


def gigabytes(value: float, digits: int = 3) -> str:
    """Bytes as a number of gigabytes, where a heading says the unit."""
    return significant(value / 1e9, digits, thousands="")


def written(value: float, unit: Unit, digits: int = 3, thousands: str = "") -> str:
    """A number in the unit that it is counted in: 15.5 bits, 8.50 ms, 26.1 GB, 42."""
    if unit is Unit.BYTES:
        return size(value, digits)
    if unit is Unit.SECONDS:
        return seconds(value, digits, thousands)
    if unit is Unit.BITS:
        return f"{significant(value, digits, thousands)} bits"
    shown = f"{value:.0f}" if value == int(value) else f"{value:.{digits}g}"
    return f"{shown} flipped" if unit is Unit.FLIPPED else shown


def digits_of(value: float, how: NumberFormat) -> str:
    """The digits of a number in a format that its metric declares, without the unit: 97.50, 4.123."""
    scaled = how.scale * value
    return significant(scaled, how.digits) if how.significant else f"{scaled:.{how.digits}f}"


def loss_with_interval(block: HeldOutLadder, loss: Loss) -> str:
    """A loss as tables show it, in the format of the block's metric: `0.12 [-0.05, 0.29] points`."""
    how = metric_named(block.metric).loss_format
    mean, low, high = (digits_of(value, how) for value in (loss.mean, loss.low, loss.high))
    return f"{mean} [{low}, {high}] {how.unit}".rstrip()
