"""Parsers of models: checkpoints, folders of Hugging Face, and their tokenizers."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.cli.known_polynomials import known_polynomials
from bench.spec.suite import CHECKPOINTS
from models import huggingface
from models.checkpoint import load_graph, model_digest
from models.data import subwords
from models.data.literals import Tokens
from models.huggingface.outline import outline
from tests.bench.cli.commands.test_inspect import llama_folder, save_folder, vit_folder
from tests.fuzz.target import Target, among, content
from tests.models.data.tokenizer_folders import byte_pairs, whole, word_pieces

VIT_TINY = {
    path.name: path.read_bytes() for path in (CHECKPOINTS / "vit_tiny").iterdir() if path.suffix == ".json"
} | {"polynomial.safetensors": (CHECKPOINTS / "vit_tiny" / "polynomial.safetensors").read_bytes()}
HEADER, ARRAYS = VIT_TINY["polynomial.json"], VIT_TINY["polynomial.safetensors"]
PREPROCESSOR = json.dumps(
    {"do_resize": True, "size": {"height": 8, "width": 8}, "image_mean": [0.5] * 3, "image_std": [0.25] * 3}
).encode()
MODULES = json.dumps(
    [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
).encode()
#: Embeddings of a BERT, and the rows of each.
ENTRIES = (("word", 20), ("position", 8), ("token_type", 2))
INDEX = json.dumps(
    {"metadata": {"total_size": 1}, "weight_map": {"lm_head.weight": "part.safetensors"}}
).encode()


def _arrays(path: Path) -> object:
    """Arrays under a header with the digest of just these, as of one who means harm."""
    header = json.loads(HEADER)
    header["arrays_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("polynomial.json").write_text(json.dumps(header))
    path.rename(path.with_name("polynomial.safetensors"))
    return load_graph(path.parent, "polynomial")


def _ladder(folder: Path) -> object:
    """How a checkpoint came to its polynomials, in a folder of checkpoints of which it is the only one."""
    held = folder / "checkpoints" / "vit_tiny"
    held.mkdir(parents=True)
    for path in folder.glob("*.*"):
        path.rename(held / path.name)
    return known_polynomials([model_digest(held)], held.parent) or None


def _tokens(folder: Path) -> object:
    told = subwords.read(folder)
    sentences = ["a good film", "", "unfilmed \N{GRINNING FACE} a\nto be"]
    return subwords.size(told), subwords.sentence_ids(sentences, Tokens(context=8, tokenizer=told))


def _bert(folder: Path, dim: int = 8) -> Path:
    """A bare BERT, the tokens of which modules pool."""
    sizes: dict[str, tuple[int, ...]] = {
        f"embeddings.{name}_embeddings.weight": (rows, dim) for name, rows in ENTRIES
    }
    block = "encoder.layer.0"
    maps = {f"{block}.attention.self.{part}": (dim, dim) for part in ("query", "key", "value")}
    maps |= {f"{block}.attention.output.dense": (dim, dim), f"{block}.intermediate.dense": (2 * dim, dim)}
    maps |= {f"{block}.output.dense": (dim, 2 * dim)}
    norms = ("embeddings", f"{block}.attention.output", f"{block}.output")
    for name, size in (*maps.items(), *((f"{norm}.LayerNorm", (dim,)) for norm in norms)):
        sizes |= {f"{name}.weight": size, f"{name}.bias": size[:1]}
    config = {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": dim, "vocab_size": 20}
    config |= {"num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 2 * dim}
    return save_folder(folder, sizes, config | {"max_position_embeddings": 8})


def _made(make: Callable[[Path], Path]) -> dict[str, bytes]:
    """The files of a folder that is made for tests."""
    with tempfile.TemporaryDirectory() as folder:
        return content(make(Path(folder) / "made"))


VIT = _made(vit_folder) | {"preprocessor_config.json": PREPROCESSOR}
LLAMA = _made(llama_folder)
PARTS = {"model.safetensors.index.json": INDEX, "part.safetensors": LLAMA["model.safetensors"], **LLAMA}
del PARTS["model.safetensors"]
POOLED = _made(_bert) | {
    "modules.json": MODULES,
    "1_Pooling/config.json": b'{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}',
}
WORDS, BYTES, WHOLE = _made(word_pieces), _made(lambda folder: byte_pairs(folder, roberta=True)), _made(whole)
WEIGHTS, CONFIG = "model.safetensors", "config.json"


def _file(name: str, folder: dict[str, bytes], file: str, read: Callable[[Path], object]) -> Target:
    """The target of one file of a folder."""
    return Target(name, [folder[file]], among(folder, file, read), Path(file).suffix)


TARGETS = (
    _file("checkpoint header", VIT_TINY, "polynomial.json", lambda folder: load_graph(folder, "polynomial")),
    Target("checkpoint arrays", [ARRAYS], _arrays, ".safetensors"),
    _file("ladder of a checkpoint", VIT_TINY, "ladder.json", _ladder),
    _file("config of a text model", LLAMA, CONFIG, huggingface.load),
    _file("config of an image model", VIT, CONFIG, huggingface.load),
    _file("weights of a folder", VIT, WEIGHTS, huggingface.load),
    _file("heads of weights", VIT, WEIGHTS, outline),
    _file("index of weights", PARTS, f"{WEIGHTS}.index.json", huggingface.load),
    _file("preprocessor", VIT, "preprocessor_config.json", outline),
    _file("modules", POOLED, "modules.json", huggingface.load),
    _file("pooling", POOLED, "1_Pooling/config.json", huggingface.load),
    _file("tokenizer", WHOLE, "tokenizer.json", _tokens),
    _file("settings of a tokenizer", WORDS, "tokenizer_config.json", _tokens),
    _file("word pieces", WORDS, "vocab.txt", _tokens),
    _file("vocabulary of byte pairs", BYTES, "vocab.json", _tokens),
    _file("merges of byte pairs", BYTES, "merges.txt", _tokens),
)
