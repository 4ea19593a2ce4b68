"""A recipe whose original rung is a Hugging Face folder beside it."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    ViTConfig,
    ViTForImageClassification,
)

from models import recipe
from models.architectures.bert import BertShape
from models.architectures.gpt import GptShape
from models.checkpoint import RUNGS, load_graph
from models.data import catalogue, preparation
from models.data.literals import parse
from models.errors import ModelError
from models.ladder import measure
from models.pipeline import convert
from models.pipeline.imported import completed
from tests.training.recipes import SMALL

RECIPE = SMALL | {
    "original": "vit",
    "preparation": SMALL["preparation"] | {"lead": True},
    "architecture": SMALL["architecture"] | {"pool": "first"},
    "training": SMALL["training"] | {"seeds": [3], "epochs": 1},
    "fine_tuning": None,
}
CONFIG = {
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "image_size": 8,
    "patch_size": 2,
    "num_channels": 1,
    "num_labels": 10,
}


def written(folder: Path, sizes: dict[str, int] | None = None, **changes: object) -> Path:
    torch.manual_seed(0)
    ViTForImageClassification(ViTConfig(**CONFIG | (sizes or {}))).save_pretrained(folder / "vit")
    path = folder / "imported.yaml"
    path.write_text(yaml.safe_dump(RECIPE | changes))
    return path


def test_it_converts_with_the_imported_model_as_its_original(tmp_path: Path) -> None:
    lines: list[str] = []
    path = written(tmp_path)
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lines.append)
    assert not any(line.startswith("original") for line in lines)
    origin = ladder["rungs"]["original"]
    assert origin["imported"] == str(tmp_path / "vit")
    assert origin["deviation"] < 1e-9
    assert origin["wall_s"] > 0
    graph = load_graph(tmp_path / "out", "original")
    held_out = preparation.samples(catalogue.load("digits", "held_out"), recipe.load(path).preparation)
    assert ladder["held_out"]["original"] == measure(graph, held_out)
    assert json.loads((tmp_path / "out" / "ladder.json").read_text()) == ladder
    assert ladder["rungs"]["polynomial"]["ranges"]["original"]["variances"]


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, architecture=SMALL["architecture"] | {"pool": "mean"})
    with pytest.raises(ModelError, match=r"pool mean against first\); give the recipe the same architecture"):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


@pytest.mark.parametrize("untrained", [False, True])
def test_an_architecture_that_is_left_out_is_the_folders(tmp_path: Path, untrained: bool) -> None:
    path = written(tmp_path, architecture=None)
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lambda line: None, untrained=untrained)
    told = ladder["recipe"]["architecture"]
    assert told == load_graph(tmp_path / "out", "he_friendly").metadata["architecture"]
    assert (told["dim"], told["pool"]) == (8, "first")


def test_what_an_architecture_leaves_out_is_as_the_folder_says() -> None:
    folder = BertShape(dim=8, heads=2, blocks=1, mlp_ratio=1, norm_position="post", pooler=True)
    sizes = {"dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1}
    assert completed(BertShape(**sizes), folder) == folder
    assert completed(None, folder) == folder
    contradicting = BertShape(**sizes, norm_position="pre")
    assert completed(contradicting, folder) == contradicting
    other = GptShape(**sizes)
    assert completed(other, folder) == other


def test_a_recipe_without_a_folder_has_an_architecture() -> None:
    with pytest.raises(ModelError, match="the architecture is missing; write it, or name an original"):
        recipe.parse(SMALL | {"architecture": None}, "RECIPE", Path())


@pytest.mark.parametrize("outputs", [1, 4])
def test_other_classes_are_refused(tmp_path: Path, outputs: int) -> None:
    path = written(tmp_path, {"num_labels": outputs})
    with pytest.raises(ModelError, match=f"has {outputs} outputs and digits 10 classes"):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


def test_labels_in_another_order_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    config = tmp_path / "vit" / "config.json"
    names = {str(number): str(9 - number) for number in range(10)}
    config.write_text(json.dumps(json.loads(config.read_text()) | {"id2label": names}))
    with pytest.raises(ModelError, match=r"of digits in another order \(label 0 is 9, there 0\)"):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


def test_data_of_one_label_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer would be right."""
    (tmp_path / "tinyshakespeare.txt").write_text("a" * 900)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    text = {
        "data": "tiny_shakespeare",
        "preparation": {"kind": "characters", "context": 8},
        "validation": {"fraction": 0.2},
        "architecture": {"kind": "gpt", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1},
    }
    path = tmp_path / "text.yaml"
    path.write_text(yaml.safe_dump(SMALL | text))
    with pytest.raises(ModelError, match="tiny_shakespeare has one label alone"):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


@pytest.mark.parametrize("untrained", [False, True])
def test_what_the_recipe_leaves_out_is_as_the_folder_says(tmp_path: Path, untrained: bool) -> None:
    preparation = {name: RECIPE["preparation"][name] for name in ("kind", "size", "patch", "lead")}
    path = written(tmp_path, preparation=preparation)
    said = {"rescale_factor": 1 / 16, "image_mean": [0.25], "image_std": [0.5]}
    (tmp_path / "vit" / "preprocessor_config.json").write_text(json.dumps(said))
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lambda line: None, untrained=untrained)
    for rung in RUNGS:
        literal = parse(load_graph(tmp_path / "out", rung).metadata["preparation"])
        assert (literal.mean, literal.std) == ((4.0,), (8.0,))
    assert tuple(ladder["recipe"]["preparation"]["mean"]) == (4.0,)


def test_a_recipe_that_contradicts_its_folder_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "vit" / "preprocessor_config.json").write_text('{"image_mean": [0.5], "image_std": [0.5]}')
    with pytest.raises(
        ModelError, match=r"by mean \[8\] and std \[8\], .* by mean \[127.5\] and std \[127.5\]"
    ):
        convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)


def test_a_recipe_without_a_folder_normalises_by_itself() -> None:
    preparation = {"kind": "patches", "size": 8, "patch": 2}
    with pytest.raises(ModelError, match="lacks mean and std"):
        recipe.parse(SMALL | {"preparation": preparation}, "RECIPE", Path())


def test_a_relative_folder_begins_at_the_recipe_and_an_absolute_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "imported.yaml"
    path.write_text(yaml.safe_dump(RECIPE))
    assert recipe.load(path).original == tmp_path / "vit"
    elsewhere = tmp_path / "elsewhere"
    assert recipe.parse(RECIPE | {"original": str(elsewhere)}, "RECIPE", tmp_path).original == elsewhere


TEXT = "to be or not to be, that is the question whether it is nobler in the mind to suffer " * 40
#: Of the text models: their tokens and the width of everything.
CONTEXT, DIM = 8, 8
LANGUAGE = {
    "he_friendly": {"norm": "layer", "mlp_norm": False, "score_bias": 1.0},
    "conversion": SMALL["conversion"] | {"layer_norm": {"depth": 6}},
    "calibration": 64,
}


def gpt2(folder: Path) -> dict[str, Any]:
    """A GPT-2 in `folder/gpt2`, its text in `folder`, and what a recipe says of it."""
    (folder / "tinyshakespeare.txt").write_text(TEXT)
    sizes = {"n_embd": DIM, "n_head": 2, "n_layer": 1, "n_inner": DIM, "n_positions": CONTEXT}
    config = GPT2Config(vocab_size=len(set(TEXT)), bos_token_id=0, eos_token_id=0, **sizes)
    GPT2LMHeadModel(config).save_pretrained(folder / "gpt2")
    return LANGUAGE | {
        "original": "gpt2",
        "data": "tiny_shakespeare",
        "preparation": {"kind": "characters", "context": CONTEXT},
        "validation": {"fraction": 0.2},
        "architecture": {"kind": "gpt", "dim": DIM, "heads": 2, "blocks": 1, "mlp_ratio": 1},
    }


def bert(folder: Path) -> dict[str, Any]:
    """A BERT in `folder/bert`, its sentences in `folder`, and what a recipe says of it."""
    verdicts = {"fine": 1, "good": 1, "dull": 0, "bad": 0}
    parts = product(("a", "the", "one more"), verdicts, ("film", "plot", "cast", "score"))
    rows = [f"{article} {verdict} {noun}\t{verdicts[verdict]}\n" for article, verdict, noun in parts]
    for split in ("train", "dev", "test"):
        (folder / f"sst2_{split}.tsv").write_text("".join(rows))
    symbols = len({word for row in rows for word in row.split("\t")[0].split()}) + 1  # and what is unknown
    sizes = {"hidden_size": DIM, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": DIM}
    config = BertConfig(vocab_size=symbols, max_position_embeddings=CONTEXT, num_labels=2, **sizes)
    BertForSequenceClassification(config).save_pretrained(folder / "bert")
    shape = {"dim": DIM, "heads": 2, "blocks": 1, "mlp_ratio": 1, "norm_position": "post", "pooler": True}
    return LANGUAGE | {
        "original": "bert",
        "data": "sst2",
        "preparation": {"kind": "words", "context": CONTEXT},
        "validation": {"split": True},
        "architecture": {"kind": "bert", **shape},
    }


@pytest.mark.parametrize(("make", "metric"), [(gpt2, "perplexity"), (bert, "accuracy")])
def test_text_models_convert_with_the_imported_model_as_their_original(
    tmp_path: Path, make: Callable[[Path], dict[str, Any]], metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    path = tmp_path / "imported.yaml"
    path.write_text(yaml.safe_dump(RECIPE | make(tmp_path)))
    ladder = convert(path, tmp_path / "out", tmp_path / "work", lambda line: None)
    origin = ladder["rungs"]["original"]
    assert origin["imported"] == str(tmp_path / make.__name__)
    assert origin["deviation"] < 1e-9
    assert ladder["metric"] == metric
    rungs = {rung: load_graph(tmp_path / "out", rung) for rung in RUNGS}
    source = catalogue.load(ladder["recipe"]["data"], "held_out")
    literal = parse(rungs["original"].metadata["preparation"])
    for rung, graph in rungs.items():
        assert ladder["held_out"][rung] == measure(graph, preparation.samples(source, literal))
    assert rungs["original"]["embedding"].arrays["weight"].shape == (DIM, len(literal.vocabulary))
    assert rungs["polynomial"].not_polynomial() == []
