"""What a recipe may say of the conversion."""

import pytest
from pydantic import ValidationError

from models.conversion import ConversionSettings

GOOD = {"attention_degree": 8, "mlp_degree": 6, "margin": 1.5, "value_size": 1.0}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"mlp_degree": 7}, "multiple of 2"),
        ({"margin": 0.9}, "greater than or equal to 1"),
        ({"mlp_degree": None}, "give attention_degree and mlp_degree, or depth_budget"),
        ({"depth_budget": {"depth": 3}}, "give attention_degree and mlp_degree, or depth_budget"),
        ({"layer_norm": {}}, "give one of them"),
        ({"layer_norm": {"depth": 3, "error": 0.1}}, "give one of them"),
        ({"relu": {"depth": 2}}, "greater than or equal to 3"),
    ],
)
def test_what_contradicts_itself_is_refused(change: dict[str, object], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        ConversionSettings.model_validate(GOOD | change)


def test_a_budget_stands_in_place_of_both_degrees() -> None:
    found = ConversionSettings.model_validate(
        {"depth_budget": {"depth": 3}, "margin": 1.5, "value_size": 1.0}
    )
    assert found.depth_budget is not None
    assert found.depth_budget.error == 0


BUDGET = {"depth_budget": {"depth": 6}, "margin": 1.5, "value_size": 1.0}


def test_a_composite_relu_deeper_than_the_budget_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"relu may take 8 levels, but the depth_budget .* is 6; lower"):
        ConversionSettings.model_validate(BUDGET | {"relu": {"depth": 8}})


@pytest.mark.parametrize("relu", ["minimax", {"depth": 6}, {"depth": 3}])
def test_a_relu_within_the_budget_is_taken(relu: object) -> None:
    assert ConversionSettings.model_validate(BUDGET | {"relu": relu}).depth_budget is not None
