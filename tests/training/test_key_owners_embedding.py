"""From a Hugging Face folder with its tokenizer, and a user's own rows, to an encrypted result."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import torch
import yaml
from transformers import BertConfig, BertForSequenceClassification

from models.checkpoint import load_graph
from models.data.literals import Tokens, parse
from models.embedding import parted
from models.errors import ModelError
from models.pipeline import convert
from tests.bench.commands import bench, exported
from tests.training.recipes import SMALL

DIM, CONTEXT, SYMBOLS = 8, 8, 60
WORDS = ("a", "the", "fine", "good", "dull", "bad", "film", "plot", "cast")
SHAPE = {"dim": DIM, "heads": 2, "blocks": 1, "mlp_ratio": 1, "norm_position": "post", "pooler": True}
DATA = {"kind": "table", "text": "sentence", "label": "mood"}
CLASSES = ["sad", "glad"]
RECIPE = SMALL | {
    "data": DATA
    | {"classes": CLASSES}
    | {split: "rows.tsv" for split in ("training", "validation", "held_out")},
    "original": "bert",
    "embedding": "client",
    "preparation": {"kind": "tokens", "context": CONTEXT},
    "validation": {"split": True},
    "architecture": {"kind": "bert", **SHAPE},
    "he_friendly": {"norm": "layer", "mlp_norm": False, "score_bias": 1.0},
    "training": SMALL["training"] | {"seeds": [3], "epochs": 1},
    "conversion": SMALL["conversion"] | {"layer_norm": {"depth": 6}},
    "calibration": 64,
}
SUITE = {
    "suite": "own",
    "title": "a model from a folder",
    "samples": 4,
    "cases": [{"name": "bert", "model": "checkpoint", "data": DATA | {"held_out": "rows.tsv"}}],
    "parameter_sets": [
        {
            "log_n": 12,
            "first_modulus_bits": 50,
            "scale_bits": 40,
            "depth": 10,
            "digits": 11,
            "security": 0,
            "refresh": "round_trip",
            "backends": ["cleartext"],
        }
    ],
}


def written(folder: Path) -> None:
    """A BERT with more symbols than its tokenizer has, and rows of two moods."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=SYMBOLS,
        hidden_size=DIM,
        num_attention_heads=2,
        num_hidden_layers=1,
        intermediate_size=DIM,
        max_position_embeddings=CONTEXT,
        num_labels=2,
    )
    BertForSequenceClassification(config).save_pretrained(folder / "bert")
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    (folder / "bert" / "vocab.txt").write_text("\n".join((*special, *WORDS, "##s")))
    rows = product(WORDS[:2], WORDS[2:6], WORDS[6:], ("", "s"))
    moods = {"fine": "glad", "good": "glad", "dull": "sad", "bad": "sad"}
    lines = [f"{article} {verdict} {noun}{many}\t{moods[verdict]}" for article, verdict, noun, many in rows]
    (folder / "rows.tsv").write_text("\n".join(["sentence\tmood", *lines]))
    (folder / "recipe.yaml").write_text(yaml.safe_dump(RECIPE))
    (folder / "suite.yaml").write_text(yaml.safe_dump(SUITE))


def test_a_folder_becomes_an_encrypted_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    written(tmp_path)
    ladder = convert(tmp_path / "recipe.yaml", tmp_path / "checkpoint", tmp_path / "work", lambda line: None)
    assert ladder["rungs"]["original"]["deviation"] < 1e-9
    assert ladder["recipe"]["embedding"] == "client"
    graph = load_graph(tmp_path / "checkpoint", "polynomial")
    literal = parse(graph.metadata["preparation"])
    assert isinstance(literal, Tokens)
    assert (literal.context, literal.symbols) == (CONTEXT, SYMBOLS)
    assert graph.metadata["classes"] == CLASSES  # by which the suite's data are numbered
    apart = parted(graph)
    assert apart.served.not_polynomial() == []

    bench("run", str(tmp_path / "suite.yaml"), "--output", str(tmp_path / "results"))
    (record,) = exported(tmp_path / "results")
    assert (record["status"], record["reason"]) == ("ok", None)
    assert record["shape"]["embedding"] == "client"
    assert record["ladder"]["precision_bits"] > 20
    assert record["ladder"]["held_out"]["original"] == ladder["held_out"]["original"]["accuracy"]
    memory, one = record["memory"], record["memory"]["ciphertexts_out_bytes"]
    # in go two ciphertexts, of 8 features and of what tells padding, and out comes one; the rest is refreshes
    assert memory["ciphertexts_in_bytes"] == 2 * one
    refreshed = record["counts"]["round_trips"] * one
    assert record["wire"]["to_evaluator_bytes"] == memory["rotation_keys_bytes"] + 2 * one + refreshed
    assert record["ladder"]["encrypted"] == record["ladder"]["polynomial"]

    data = RECIPE["data"] | {"classes": CLASSES[::-1]}
    again = RECIPE | {"data": data, "original": "checkpoint"}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(again))
    with pytest.raises(ModelError, match=r"in another order \(label 0 is sad, there glad\)"):
        convert(tmp_path / "recipe.yaml", tmp_path / "again", tmp_path / "work", lambda line: None)
