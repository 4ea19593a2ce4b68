"""What a recipe refuses, in one sentence that names the entry."""

from pathlib import Path

import pytest

import models
from models import recipe
from models.errors import ModelError

VIT_TINY = Path(models.__file__).parent / "recipes" / "vit_tiny.yaml"


def test_the_committed_recipe_is_valid() -> None:
    chosen = recipe.load(VIT_TINY)
    assert (chosen.name, chosen.model.dim, chosen.model.blocks) == ("vit_tiny", 32, 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  dim: 32", "  dim: thirty", "model.dim: Input should be a valid integer"),
        ("  dim: 32", "  dim: 30", "no multiple of heads 4"),
        ("  epochs:", "  epoches:", "training.epoches: Extra inputs"),
        ("data: digits", "data: letters", "data: Input should be 'digits'"),
        ("mlp_degree: 8", "mlp_degree: 7", "conversion.mlp_degree: Input should be a multiple of 2"),
        ("margin: 1.5", "margin: 0.9", "conversion.margin: Input should be greater than or equal to 1"),
        ("model:", "model: [", "is not YAML"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "recipe.yaml"
    content = VIT_TINY.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    with pytest.raises(ModelError, match=message):
        recipe.load(path)


def test_what_is_no_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    with pytest.raises(ModelError, match="cannot be read"):
        recipe.load(path)
    path.write_text("- a list")
    with pytest.raises(ModelError, match="no valid recipe"):
        recipe.load(path)
