"""`bench inspect` and `bench plan` of folders and shapes."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bench.errors import UserError
from models import huggingface
from models.errors import ModelError
from tests.bench.commands import bench
from tests.bench.kept import a_record, store

SHAPE = "bert:dim=16,heads=4,blocks=6,mlp_ratio=2,vocabulary=5000,tokens=8,classes=2,norm_position=post"
WAYS = ["batch_norm", "layer_norm", "kept"]


def save_folder(folder: Path, sizes: Mapping[str, tuple[int, ...]], config: Mapping[str, object]) -> Path:
    """A model as `save_pretrained` writes it, with zeros for weights."""
    folder.mkdir()
    weights = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def llama_folder(folder: Path, dim: int = 16, hidden: int = 24, blocks: int = 2, symbols: int = 50) -> Path:
    """A Llama, whose norms are of root mean squares and whose MLPs have SiLU behind a gate."""
    sizes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (symbols, dim),
        "model.norm.weight": (dim,),
    }
    maps = {f"self_attn.{part}_proj": (dim, dim) for part in "qkvo"}
    maps |= {"mlp.gate_proj": (hidden, dim), "mlp.up_proj": (hidden, dim), "mlp.down_proj": (dim, hidden)}
    norms = {"input_layernorm": (dim,), "post_attention_layernorm": (dim,)}
    for block in range(blocks):
        for name, size in {**maps, **norms}.items():
            sizes[f"model.layers.{block}.{name}.weight"] = size
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": dim}
    config |= {"num_attention_heads": 4, "num_hidden_layers": blocks, "intermediate_size": hidden}
    config |= {"vocab_size": symbols, "max_position_embeddings": 32, "hidden_act": "silu"}
    return save_folder(folder, {**sizes, "lm_head.weight": (symbols, dim)}, config)


def vit_folder(folder: Path, dim: int = 16, blocks: int = 1) -> Path:
    """A ViT on 8x8 images in patches of 4x4."""
    stem = "vit.embeddings"
    sizes: dict[str, tuple[int, ...]] = {f"{stem}.cls_token": (1, 1, dim)}
    sizes |= {f"{stem}.position_embeddings": (1, 5, dim)}
    maps: dict[str, tuple[int, ...]] = {f"{stem}.patch_embeddings.projection": (dim, 3, 4, 4)}
    norms = ["vit.layernorm"]
    for block in (f"vit.encoder.layer.{number}" for number in range(blocks)):
        maps |= {f"{block}.attention.attention.{part}": (dim, dim) for part in ("query", "key", "value")}
        maps |= {f"{block}.attention.output.dense": (dim, dim), f"{block}.intermediate.dense": (2 * dim, dim)}
        maps |= {f"{block}.output.dense": (dim, 2 * dim)}
        norms += [f"{block}.layernorm_before", f"{block}.layernorm_after"]
    maps |= {"classifier": (3, dim), **dict.fromkeys(norms, (dim,))}
    for name, size in maps.items():
        sizes |= {f"{name}.weight": size, f"{name}.bias": size[:1]}
    config = {"architectures": ["ViTForImageClassification"], "model_type": "vit", "hidden_size": dim}
    config |= {"num_attention_heads": 4, "num_hidden_layers": blocks, "intermediate_size": 2 * dim}
    config |= {"image_size": 8, "patch_size": 4, "id2label": {"0": "a", "1": "b", "2": "c"}}
    return save_folder(folder, sizes, config)


def deit_folder(folder: Path, dim: int = 16) -> Path:
    """A DeiT, which is such a ViT with one more token."""
    vit_folder(folder, dim)
    weights = {
        name.replace("vit.", "deit."): array
        for name, array in load_file(folder / "model.safetensors").items()
    }
    weights["deit.embeddings.distillation_token"] = np.zeros((1, 1, dim), np.float32)
    weights["deit.embeddings.position_embeddings"] = np.zeros((1, 6, dim), np.float32)
    save_file(weights, folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    config |= {"architectures": ["DeiTForImageClassification"], "model_type": "deit"}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def swin_folder(folder: Path, dim: int = 8) -> Path:
    """A Swin of one block on 12x12 images in patches of 4x4, all of which are one window."""
    stem = "encoder.layers.0.blocks.0"
    maps: dict[str, tuple[int, ...]] = {"embeddings.patch_embeddings.projection": (dim, 3, 4, 4)}
    maps |= {f"{stem}.attention.self.{part}": (dim, dim) for part in ("query", "key", "value")}
    maps |= {f"{stem}.attention.output.dense": (dim, dim), f"{stem}.intermediate.dense": (2 * dim, dim)}
    maps |= {f"{stem}.output.dense": (dim, 2 * dim), f"{stem}.layernorm_before": (dim,)}
    maps |= {f"{stem}.layernorm_after": (dim,), "embeddings.norm": (dim,), "layernorm": (dim,)}
    sizes: dict[str, tuple[int, ...]] = {f"swin.{stem}.attention.self.relative_position_bias_table": (25, 2)}
    for name, size in {
        **{f"swin.{name}": size for name, size in maps.items()},
        "classifier": (3, dim),
    }.items():
        sizes |= {f"{name}.weight": size, f"{name}.bias": size[:1]}
    config = {"architectures": ["SwinForImageClassification"], "model_type": "swin", "embed_dim": dim}
    config |= {"depths": [1], "num_heads": [2], "window_size": 3, "mlp_ratio": 2.0, "image_size": 12}
    config |= {"patch_size": 4, "id2label": {"0": "a", "1": "b", "2": "c"}}
    return save_folder(folder, sizes, config)


def gpt_folder(folder: Path, dim: int = 16, blocks: int = 2, symbols: int = 50) -> Path:
    """A GPT-2 as `save_pretrained` writes it."""
    sizes: dict[str, tuple[int, ...]] = {"wte.weight": (symbols, dim), "wpe.weight": (32, dim)}
    norms = ["ln_f"]
    for block in range(blocks):
        norms += [f"h.{block}.ln_1", f"h.{block}.ln_2"]
        maps = {"attn.c_attn": (dim, 3 * dim), "attn.c_proj": (dim, dim)}
        maps |= {"mlp.c_fc": (dim, 4 * dim), "mlp.c_proj": (4 * dim, dim)}
        for name, (inputs, outputs) in maps.items():
            sizes[f"h.{block}.{name}.weight"], sizes[f"h.{block}.{name}.bias"] = (inputs, outputs), (outputs,)
    sizes |= {f"{norm}.{part}": (dim,) for norm in norms for part in ("weight", "bias")}
    config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": dim, "n_head": 4}
    config |= {"n_layer": blocks, "vocab_size": symbols, "n_positions": 32}
    return save_folder(folder, {f"transformer.{name}": size for name, size in sizes.items()}, config)


def test_a_shape_is_described_and_priced_each_way() -> None:
    told = json.loads(bench("inspect", SHAPE, "--json"))
    assert (told["sizes"]["blocks"], told["sizes"]["width"], told["sizes"]["hidden"]) == (6, 16, 32)
    assert told["sizes"]["not_polynomial"] == {"layer_norm": 13, "softmax": 6, "gelu": 6}
    assert [way["way"] for way in told["ways"]] == WAYS
    for way in told["ways"]:
        assert way["reason"] is None
        assert min(way["bootstraps"], way["seconds"]["evaluate_s"], way["evaluator_peak_bytes"]) > 0
    assert told["ways"][0]["levels_used"] < told["ways"][1]["levels_used"]


def test_a_folder_says_what_it_is_without_training_entries_or_data(tmp_path: Path) -> None:
    folder = gpt_folder(tmp_path / "small")
    told = json.loads(bench("inspect", str(folder), "--tokens", "4", "--json"))
    assert (told["family"], told["task"], told["client_head"]) == ("gpt2", "GPT2LMHeadModel", True)
    assert told["sizes"]["parameters"] == 50 * 16 + 32 * 16 + 2 * (12 * 256 + 13 * 16) + 2 * 16
    assert (told["sizes"]["tokens"], told["sizes"]["features"]) == (4, 50)
    shown = bench("plan", str(folder))
    assert all(part in shown for part in ("small: what it is", "not on tenseal", "no padding"))


def test_a_plan_of_a_folder_takes_what_inspect_takes_and_refuses_the_rest(tmp_path: Path) -> None:
    store(tmp_path / "results", a_record(backend="openfhe"))
    priced = ("--from", str(tmp_path / "results"), "--tokens", "4", "--degree", "4", "--json")
    folder = str(gpt_folder(tmp_path / "small"))
    told = json.loads(bench("plan", folder, *priced))
    assert (told["sizes"]["tokens"], told["assumed"]["degree"]) == (4, 4)
    assert told["ways"][0]["seconds_are"].startswith("from 1 record of")
    for option in ("--backend", "--parameters", "--samples", "--machine", "--case"):
        with pytest.raises(UserError, match=f"^{option} would choose among the cells"):
            bench("plan", folder, option, "7")
    with pytest.raises(UserError, match="has no record of a build 'hexl'"):
        bench("plan", folder, "--from", str(tmp_path / "results"), "--build", "hexl")
    with pytest.raises(UserError, match="name records of another by --from"):
        bench("inspect", folder, "--build", "hexl")
    with pytest.raises(UserError, match="--degree is of a folder's model"):
        bench("plan", "toy", "--degree", "4")


@pytest.mark.parametrize(
    ("made", "family", "not_polynomial"),
    [
        (llama_folder, "llama", {"rms_norm": 5, "softmax": 2, "silu": 2}),
        (vit_folder, "vit", {"layer_norm": 3, "softmax": 1, "gelu": 1}),
    ],
)
def test_other_families_are_described_and_priced(
    made: Callable[[Path], Path], family: str, not_polynomial: dict[str, int], tmp_path: Path
) -> None:
    more = ("--tokens", "4") if family == "llama" else ()
    told = json.loads(bench("inspect", str(made(tmp_path / "small")), *more, "--json"))
    assert (told["family"], told["sizes"]["not_polynomial"]) == (family, not_polynomial)
    assert [way["way"] for way in told["ways"] if way["reason"] is None] == WAYS


def test_a_folder_whose_weights_are_others_is_refused(tmp_path: Path) -> None:
    folder = gpt_folder(tmp_path / "other")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "n_embd": 32}))
    with pytest.raises(ModelError, match="has the shape"):
        bench("inspect", str(folder))


#: The shapes of GPT-2 XL and of Llama-7B, with billions of parameters, and what of them is not polynomial.
TOO_LARGE = {
    "gpt:dim=1600,heads=25,blocks=48,mlp_ratio=4,vocabulary=50257,tokens=64": (
        1.6,
        {"layer_norm": 97, "softmax": 48, "gelu": 48},
    ),
    "gpt:dim=4096,heads=32,blocks=32,mlp_ratio=2.6875,gated=true,norm=rms,vocabulary=32000,tokens=64": (
        6.7,
        {"rms_norm": 65, "softmax": 32, "gelu": 32},
    ),
}


@pytest.mark.parametrize("target", TOO_LARGE)
def test_a_model_that_is_too_large_to_be_priced_is_described(target: str) -> None:
    """With the reason in place of its costs; nothing of its size is held in memory."""
    told = json.loads(bench("inspect", target, "--json", status=1))
    billions, not_polynomial = TOO_LARGE[target]
    assert told["sizes"]["parameters"] / 1e9 == pytest.approx(billions, abs=0.05)
    assert told["sizes"]["not_polynomial"] == not_polynomial
    assert [way["way"] for way in told["ways"]] == WAYS
    assert all("a plan too draws" in way["reason"] for way in told["ways"])


def test_what_a_perceptron_has_not_is_left_out() -> None:
    layers = "/".join(["16384"] * 6)
    shown = bench("inspect", f"mlp:hidden={layers},features=4,tokens=1,classes=3", status=1)
    assert "features of a token" in shown
    assert "heads" not in shown


def test_so_is_a_folder_of_one_and_it_is_not_loaded(tmp_path: Path) -> None:
    """Its file has a hole for the weights, so that it takes no room on a disk either."""
    folder = gpt_folder(tmp_path / "large")
    sizes = {name: array.shape for name, array in load_file(folder / "model.safetensors").items()}
    config = json.loads((folder / "config.json").read_text()) | {"n_embd": 8192, "n_head": 64}
    (folder / "config.json").write_text(json.dumps(config))
    widened = {16: 8192, 48: 3 * 8192, 64: 4 * 8192}
    write_hollow(
        folder / "model.safetensors",
        {name: tuple(widened.get(one, one) for one in size) for name, size in sizes.items()},
    )
    shown = bench("inspect", str(folder), status=1)
    assert "GPT2LMHeadModel" in shown
    assert shown.splitlines()[-1].startswith("no way is priced: 1,610,612,736 weights are over")
    with pytest.raises(ModelError, match=r"large: 1,610,612,736 weights are over .*; name a smaller model"):
        huggingface.load(folder, context=4)


def write_hollow(path: Path, sizes: Mapping[str, tuple[int, ...]]) -> None:
    """A safetensors file of half-precision zeros, of which the disk holds the head alone."""
    head: dict[str, object] = {}
    end = 0
    for name, size in sizes.items():
        begin, end = end, end + 2 * prod(size)
        head[name] = {"dtype": "F16", "shape": size, "data_offsets": (begin, end)}
    text = json.dumps(head).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)


def test_a_config_that_promises_more_than_there_is_takes_no_memory(tmp_path: Path) -> None:
    """Without its width a Llama is 4,096 features wide, of which none of its weights has."""
    folder = llama_folder(tmp_path / "llama")
    config = json.loads((folder / "config.json").read_text())
    del config["hidden_size"]
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 8}))
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"are not those that its config.json describes .* not \[4096"):
            huggingface.load(folder)
        assert tracemalloc.get_traced_memory()[1] < 500 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "entry", "value", "sentence"),
    [
        ("config.json", "hidden_size", 10**400, "describes what cannot be imported"),
        ("preprocessor_config.json", "rescale_factor", "\ud800", r"is not JSON .*surrogates not allowed"),
    ],
)
def test_values_that_no_reader_can_take_are_refused(
    tmp_path: Path, name: str, entry: str, value: object, sentence: str
) -> None:
    folder = vit_folder(tmp_path / "vit")
    path = folder / name
    entries = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**entries, entry: value}))
    with pytest.raises(ModelError, match=sentence):
        huggingface.load(folder)


def test_a_pointer_in_place_of_weights_says_how_to_fetch_them(tmp_path: Path) -> None:
    folder = gpt_folder(tmp_path / "small")
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\nsize 12\n")
    with pytest.raises(ModelError, match="fetch them: git lfs pull"):
        bench("inspect", str(folder))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere", "no folder and no shape"),
        ("bert:dim=16,heads=3,blocks=1,mlp_ratio=2,vocabulary=9", "not a multiple of heads"),
        ("bert:dim=16,heads=4,blocks=1,mlp_ratio=2,tokens=4", "lacks a size"),
        ("bert:dim=16,heads=4,blocks=1,mlp_ratio=2,tokens=x,vocabulary=9", "invalid literal"),
    ],
)
def test_what_is_no_model_is_refused_with_what_would_be_right(target: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        bench("inspect", target)
