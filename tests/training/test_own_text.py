"""Language models of Hugging Face's folders on a text of one's own, by the folder's own tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from models.data import catalogue, literals, preparation
from models.embedding import parted
from models.errors import ModelError
from models.ladder import measure
from models.pipeline import make
from models.recipe import Recipe, parse
from tests.models.data.tokenizer_folders import byte_pairs
from tests.training.folders import gpt2
from tests.training.recipes import SMALL

CONTEXT = 6
#: Of the letters that the small tokenizer knows.
HALVES = ("to be a bat o to eat a boat " * 30, "be a toe to beat a tot " * 30)
ASKED: dict[str, Any] = {
    "name": "own_text",
    "data": {"kind": "text", "training": ["one.txt", "two.txt"]},
    "preparation": {"kind": "tokens", "context": CONTEXT},
    "validation": {"fraction": 0.2},
    "original": "folder",
    "embedding": "client",
    "conversion": {
        "depth_budget": {"depth": 5, "error": 0.001},
        "margin": 3.0,
        "value_size": 1.0,
        "layer_norm": {"error": 0.005, "margin": 3.0},
        "softmax": {"exponential": 5, "division": 6, "sums": 600, "margin": 3.0},
    },
    "calibration": 64,
}
WARM: dict[str, Any] = {
    "he_friendly": {"norm": "layer", "mlp_norm": False, "score_bias": 1.0},
    "training": SMALL["training"] | {"seeds": [0], "batch": 16, "learning_rate": 0.001},
    "warm_start": {"whole": {"epochs": 1, "learning_rate": 0.001}},
    "augmentation": {"random_windows": True},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files of text; models go into `folder` beside them."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    torch.manual_seed(0)
    for name, half in zip(("one.txt", "two.txt"), HALVES, strict=True):
        (tmp_path / name).write_text(half)
    return tmp_path


def written(folder: Path, make: Any, **changes: Any) -> Recipe:
    """A model with its tokenizer, and a recipe."""
    with torch.no_grad():
        make(folder / "folder")
    byte_pairs(folder / "folder", roberta=False)
    return parse(ASKED | changes, "ASKED", folder)


def test_a_decoder_becomes_a_polynomial_on_a_text_of_ones_own(folder: Path) -> None:
    asked = written(folder, gpt2, **WARM)
    made = make(asked, folder / "work", lambda line: None)
    held_out, rungs = made.ladder["held_out"], made.rungs
    assert made.ladder["metric"] == "perplexity"
    assert parted(rungs["polynomial"]).served.not_polynomial() == []
    literal = literals.parse(rungs["original"].metadata["preparation"])
    samples = preparation.samples(catalogue.load(asked.data, "held_out"), literal)
    assert held_out["samples"] == len(samples) > 10
    for rung, graph in rungs.items():
        assert held_out[rung] == measure(graph, samples)
    original, polynomial = (held_out[rung]["cross_entropy"] for rung in ("original", "polynomial"))
    assert polynomial == pytest.approx(original, abs=0.5)


def test_windows_are_those_of_the_folder_s_own_tokenizer(folder: Path) -> None:
    asked = written(folder, gpt2)
    theirs = AutoTokenizer.from_pretrained(folder / "folder", local_files_only=True)
    parts = [catalogue.load(asked.data, split) for split in ("training", "held_out")]
    literal = preparation.fitted(asked.preparation, parts[0])
    assert "".join(part.text for part in parts) == "\n".join(HALVES)
    for part in parts:
        ids = np.array(theirs(part.text, add_special_tokens=False)["input_ids"])
        samples = preparation.samples(part, literal)
        count = (len(ids) - 1) // CONTEXT
        assert samples.inputs.tolist() == ids[: count * CONTEXT].reshape(count, CONTEXT).tolist()
        assert samples.labels.ravel().tolist() == ids[1 : count * CONTEXT + 1].tolist()


def test_a_text_that_is_too_short_is_refused_before_anything_is_trained(folder: Path) -> None:
    lines: list[str] = []
    (folder / "two.txt").unlink()
    with pytest.raises(ModelError, match=r"lacks two\.txt; put it there"):
        make(written(folder, gpt2), folder / "work", lines.append)
    (folder / "two.txt").write_text("to be")
    with pytest.raises(ModelError, match=r"the text one\[.*\] has \d tokens, too few for a window of 6 and"):
        make(
            written(folder, gpt2, data=ASKED["data"] | {"held_out_fraction": 0.001}),
            folder / "work",
            lines.append,
        )
    assert lines == []
