"""How long it still takes, by a clock that the test turns."""

from __future__ import annotations

import pytest

from bench.cli.forecast import Ahead, Forecast
from bench.cli.live import clock_time


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


CELL = (("plan", 1.0), ("key generation", 10.0), ("evaluation", 40.0), ("decryption", 1.0))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forecast(clock: Clock) -> Forecast:
    """Of three cells, the first of which makes keys."""
    made = Forecast(clock, [Ahead("openfhe", CELL), Ahead("openfhe", CELL), Ahead("tenseal", CELL)])
    made.begin_cell()
    made.begin_stage("key generation")
    return made


def test_time_left_is_counted_down_between_messages(forecast: Forecast, clock: Clock) -> None:
    for passed in (0.0, 3.0, 9.5):
        clock.now = 100.0 + passed
        assert forecast.stage_left == pytest.approx(10.0 - passed)
        assert forecast.all_left == pytest.approx(10.0 - passed + 41.0 + 2 * 52.0)
        assert forecast.share == pytest.approx(passed / 10.0)


def test_a_stage_that_takes_longer_is_late_and_its_like_takes_as_long(
    forecast: Forecast, clock: Clock
) -> None:
    clock.now += 11.0
    assert (forecast.stage_left, forecast.late) == (0.0, False)
    clock.now += 9.0
    assert (forecast.stage_left, forecast.late) == (0.0, True)
    forecast.begin_stage("evaluation")
    assert forecast.all_left == pytest.approx(41.0 + 2 * (42.0 + 20.0))  # keys took twice what was expected
    forecast.begin_cell()
    forecast.begin_stage("key generation")
    assert forecast.stage_left == pytest.approx(20.0)


def test_a_backend_is_corrected_by_its_own_times_where_it_has_some(forecast: Forecast, clock: Clock) -> None:
    clock.now += 20.0
    for factor in (1.0, 3.0):
        forecast.begin_cell()
        forecast.begin_stage("key generation")
        clock.now += 10.0 * factor
    forecast.end_stage()
    assert forecast._corrected("openfhe", "key generation", 10.0) == pytest.approx(15.0)
    assert forecast._corrected("tenseal", "key generation", 10.0) == pytest.approx(30.0)
    assert forecast._corrected("pyfhel", "key generation", 10.0) == pytest.approx(20.0)


def test_a_stage_that_tells_how_far_it_is_goes_by_its_own_pace(forecast: Forecast, clock: Clock) -> None:
    forecast.begin_stage("evaluation")
    clock.now += 5.0
    forecast.done(0.01)
    assert forecast.stage_left == pytest.approx(35.0)
    forecast.done(0.25)
    assert forecast.stage_left == pytest.approx(15.0)
    assert forecast.all_left == pytest.approx(15.0 + 1.0 + 2 * 22.0)  # and the other cells' go by it too
    clock.now += 10.0
    assert forecast.stage_left == pytest.approx(5.0)
    clock.now += 10.0
    assert (forecast.stage_left, forecast.late) == (0.0, False)


def test_stages_that_come_again_are_expected_again(clock: Clock) -> None:
    repeated = Forecast(clock, [Ahead("openfhe", 2 * CELL[2:])])
    repeated.begin_cell()
    for left in (82.0, 41.0):
        repeated.begin_stage("evaluation")
        assert repeated.all_left == pytest.approx(left)
        clock.now += 40.0
        repeated.begin_stage("decryption")
        clock.now += 1.0


def test_what_nobody_expects_has_no_time_left(forecast: Forecast, clock: Clock) -> None:
    forecast.begin_stage("environment tenseal: install")
    clock.now += 7.0
    assert (forecast.so_far, forecast.stage_left, forecast.share) == (7.0, None, None)
    unknown = Forecast(clock, [Ahead("tenseal"), Ahead("tenseal")])
    unknown.begin_cell()
    unknown.begin_stage("evaluation")
    assert unknown.all_left is None


def test_seconds_as_a_clock_has_them() -> None:
    assert [clock_time(seconds) for seconds in (0, 7.4, 59.6, 750, 3723)] == [
        *("0:00", "0:07", "1:00", "12:30", "1:02:03")
    ]
