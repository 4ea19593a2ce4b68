"""What a parameter set is known by, and how values were refreshed."""

from __future__ import annotations

import pytest

from reports.html.rows import index
from reports.html.sets import NamedSet, refresh_of
from tests.reports.html.records import made


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ({"counts__bootstraps": 3, "counts__round_trips": 0}, "bootstrap"),
        ({"counts__bootstraps": 0, "counts__round_trips": 12}, "round trip"),
        ({"counts__bootstraps": 1, "counts__round_trips": 1}, "bootstrap and round trip"),
        ({"counts__bootstraps": 0, "counts__round_trips": 0}, "none"),
        ({"counts__bootstraps": None, "counts__round_trips": None}, None),
    ],
)
def test_how_values_were_refreshed_is_told_by_the_counts(
    counts: dict[str, int | None], kind: str | None
) -> None:
    assert refresh_of(made(**counts)) == kind


def test_a_row_has_what_its_set_is_known_by() -> None:
    known, unknown = made(), made(parameter_set="another")
    sets = {(known.suite, known.parameter_set): NamedSet("shared14", 8, 40, 9)}
    found = index([known, unknown], [1, 1], sets)
    names = ("derived.alias", "derived.depth", "derived.scale_bits", "derived.digits")
    rows = [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]
    assert [[row[name] for name in names] for row in rows] == [["shared14", 8, 40, 9], [None] * 4]
