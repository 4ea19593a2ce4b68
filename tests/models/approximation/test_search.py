"""The best approximation for a depth or for an error, of every function that can be asked for."""

import pytest

from models.approximation.gelu import gelu
from models.approximation.inverse_square_root import inverse_square_root
from models.approximation.relu import relu
from models.approximation.search import NAMES, best
from models.approximation.series import Interval
from models.errors import ModelError

INTERVALS: dict[str, Interval] = {
    "gelu": (-9.0, 12.0),
    "silu": (-9.0, 12.0),
    "relu": (-4.0, 2.0),
    "tanh": (-6.0, 6.0),
    "sign": (0.1, 2.0),
    "inverse_square_root": (0.05, 50.0),
    "pivot_tangent": (1.0, 2.0),
    "reciprocal": (0.1, 10.0),
    "exponential": (-30.0, 0.0),
}


def test_every_function_is_tried_here() -> None:
    assert set(INTERVALS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("depth", [3, 6, 8])
def test_no_level_above_the_depth_is_taken(name: str, depth: int) -> None:
    found = best(name, INTERVALS[name], depth=depth)
    assert found.depth <= depth
    assert found.name == name


@pytest.mark.parametrize("name", NAMES)
def test_another_level_never_brings_more_error(name: str) -> None:
    errors = [best(name, INTERVALS[name], depth=depth).error for depth in range(3, 9)]
    assert sorted(errors, reverse=True) == errors
    assert errors[-1] < errors[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_shallowest_that_reaches_an_error_is_found(name: str) -> None:
    found = best(name, INTERVALS[name], error=0.05)
    assert found.error <= 0.05
    assert best(name, INTERVALS[name], depth=found.depth - 1).error > 0.05


@pytest.mark.parametrize(("error", "degree"), [(0.05, 6), (0.01, 8), (1e-3, 12), (1e-8, 26)])
def test_no_lower_degree_of_gelu_reaches_the_error(error: float, degree: int) -> None:
    assert best("gelu", (-4.0, 4.0), error=error).degree == degree
    assert gelu(4.0, degree).error <= error < gelu(4.0, degree - 2).error


def test_activations_take_the_symmetric_interval_around() -> None:
    assert best("gelu", (-3.0, 4.0), depth=3) == gelu(4.0, 8)
    assert best("relu", (-4.0, 2.0), depth=4) == relu(4.0, 16)


def test_polynomial_and_steps_share_the_levels_as_is_best() -> None:
    found = best("inverse_square_root", (1.0, 1e4), depth=11)
    others = [inverse_square_root((1.0, 1e4), 2 ** (11 - 2 * steps) - 1, steps) for steps in (2, 3, 4, 5)]
    assert found.error == min(other.error for other in others)


@pytest.mark.parametrize(
    ("name", "depth", "error", "reason"),
    [
        ("sine", 3, None, "choose one of gelu, relu"),
        ("gelu", None, None, "give one of them"),
        ("gelu", 3, 0.1, "give one of them"),
        ("sign", 1, None, "allow more levels"),
        ("gelu", 0, None, "allow more levels"),
        ("gelu", None, 0.0, "allow a larger error"),
    ],
)
def test_requests_that_nothing_answers_are_refused(
    name: str, depth: int | None, error: float | None, reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        best(name, (0.1, 1.0), depth=depth, error=error)
