"""What a recipe refuses, in one sentence that names the entry."""

from pathlib import Path

import pytest

from models import recipe
from models.checkpoint import load_graph
from models.errors import ModelError
from models.operations import declared
from tests.models.committed import FOLDERS, RECIPES

VIT_TINY = RECIPES / "vit_tiny.yaml"


def test_the_committed_recipes_are_valid() -> None:
    for path in RECIPES.glob("*.yaml"):
        assert recipe.load(path).name == path.stem


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            " dim: 32",
            " dim: thirty",
            "recipe.yaml:10: architecture.dim is text 'thirty'; write a whole number",
        ),
        (" dim: 32", " dim: 30", "not a multiple of heads 4"),
        ("kind: vit", "kind: cnn", "architecture.kind is 'cnn'; there are vit, swin, gpt, bert"),
        ("attention: gelu", "attention: softmax", "softmax scales its own weights"),
        ("{per_class: 15}", "{per_class: 15, fraction: 0.1}", "give one of per_class, fraction and split"),
        ("  epochs:", "  epoches:", "'epoches' is not a key here; did you mean epochs?"),
        ("name: vit_tiny", "name: ../vit", "name is '../vit'; string should match pattern"),
        ("mlp_degree: 8", "mlp_degree: 7", "conversion.mlp_degree is 7; input should be a multiple of 2"),
        (
            "margin: 1.5",
            "margin: 0.9",
            "conversion.margin is 0.9; input should be greater than or equal to 1",
        ),
        (" dim: 32", " dim: 1000000000", "architecture.dim is 1000000000; input should be less than"),
        (" dim: 32", " dim: 16384", "architecture: 4,294,967,296 weights are over 1,000,000,000"),
        (" blocks: 2", " blocks: 1000000000", "architecture.blocks is 1000000000"),
        ("size: 8, patch: 2", "size: 4096, patch: 2", "2048 by 2048 patches are over 4096 tokens"),
        ("mlp_degree: 8", "mlp_degree: 1000000000", "conversion.mlp_degree is 1000000000"),
        ("epochs: 80", "epochs: 1.0e+300", "training.epochs is 1e.300"),
        ("seeds: [0, 1, 2]", f"seeds: {list(range(200))}", "training.seeds is .*at most 100 items"),
        ("training:", "training: [", "this is not YAML"),
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
    with pytest.raises(ModelError, match="must be a table of keys and values; it is a list"):
        recipe.load(path)


@pytest.mark.parametrize(
    ("added", "message"),
    [
        (
            "warm_start: {whole: {epochs: 1, learning_rate: 0.1}}",
            "warm_start needs he_friendly",
        ),
        (
            "training: {seeds: [0], epochs: 1, batch: 8, learning_rate: 1, "
            "warm_up_epochs: 0, weight_decay: 0}",
            "training has nothing to train where an `original` is kept; write he_friendly",
        ),
    ],
)
def test_what_an_original_that_is_kept_cannot_use_is_refused(
    tmp_path: Path, added: str, message: str
) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(f"{(RECIPES / 'vit_tiny_kept.yaml').read_text()}\n{added}\n")
    with pytest.raises(ModelError, match=message):
        recipe.load(path)
    more = "fine_tuning: {epochs: 1, learning_rate: 0.1}"
    if added.startswith("training"):  # whose settings it takes
        path.write_text(f"{path.read_text()}{more}\n")
        assert recipe.load(path).fine_tuning is not None


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_committed_recipe_has_no_term_that_does_nothing(folder: Path) -> None:
    """The terms of range-aware training act on inputs of activations, and on variances of LayerNorms."""
    training = recipe.load(RECIPES / f"{folder.name}.yaml").training
    met = {declared(node.operation).calibrated for node in load_graph(folder, "he_friendly")}
    assert not training.range_weight or "input" in met
    assert not training.variance_weight or "variance" in met
