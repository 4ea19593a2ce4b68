"""What a replay took: times that overlap are shared, and all shares add up to the wall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.measured import Span, shares

TIMES = st.integers(0, 20)


def test_two_that_run_at_once_share_the_time() -> None:
    spans = [Span(0, None, 1.0, 5.0), Span(1, None, 3.0, 7.0), Span(2, 4, 8.0, 9.0)]
    assert shares(spans, started=0.5) == [(3.0, 0.5), (3.0, 0.0), (1.0, 1.0)]


@given(st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=8))
def test_shares_and_the_time_between_are_the_wall(times: list[tuple[int, int]]) -> None:
    spans = [Span(index, None, min(pair), max(pair)) for index, pair in enumerate(times)]
    found = shares(spans, started=0.0)
    assert sum(share + idle for share, idle in found) == pytest.approx(max(span.ended for span in spans))
    assert all(share <= span.busy_s + 1e-9 for (share, _), span in zip(found, spans, strict=True))
