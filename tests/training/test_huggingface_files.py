"""Files of weights that are not one safetensors file: pickled by torch, a pointer, or not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import GPT2LMHeadModel

from models import huggingface
from models.errors import ModelError
from tests.training.folders import WEIGHTS, agree, bert, gpt2, loaded, numbers

pytestmark = pytest.mark.usefixtures("no_gradients")

INDEX = "pytorch_model.bin.index.json"


def pickle(folder: Path) -> dict[str, torch.Tensor]:
    """Turn a folder's weights into those of an old one."""
    weights = {
        name: torch.nn.Parameter(torch.from_numpy(array))
        for name, array in load_file(folder / WEIGHTS).items()
    }
    (folder / WEIGHTS).unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    return weights


def test_weights_that_torch_pickled_are_read_by_torch(tmp_path: Path) -> None:
    model = bert(tmp_path)
    pickle(tmp_path)
    agree(huggingface.load(tmp_path), numbers(), model(torch.from_numpy(numbers())).logits)


def test_pickled_weights_may_be_in_several_files(tmp_path: Path) -> None:
    model = gpt2(tmp_path)
    weights = pickle(tmp_path)
    (tmp_path / "pytorch_model.bin").unlink()
    places = {name: f"pytorch_model-{number % 2}.bin" for number, name in enumerate(weights)}
    for file in set(places.values()):
        part = {name: weights[name].to(torch.bfloat16).float() for name in weights if places[name] == file}
        torch.save(part, tmp_path / file, _use_new_zipfile_serialization=False)
    (tmp_path / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    rounded = loaded(GPT2LMHeadModel, tmp_path)(torch.from_numpy(numbers())).logits
    assert not torch.equal(rounded, model(torch.from_numpy(numbers())).logits)
    agree(huggingface.load(tmp_path), numbers(), rounded)


def test_pickled_weights_without_torch_say_how_to_convert_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that the message names is run, without `transformers`."""
    bert(tmp_path)
    before = load_file(tmp_path / WEIGHTS)
    pickle(tmp_path)
    with monkeypatch.context() as context:
        context.setitem(sys.modules, "torch", None)
        with pytest.raises(ModelError, match="install torch, or convert") as caught:
            huggingface.load(tmp_path)
    command = str(caught.value).partition("has been done: ")[2]
    path = f"PATH={Path(sys.executable).parent}:$PATH"
    subprocess.run(f"{path}; {command}", shell=True, cwd=tmp_path, check=True)
    after = load_file(tmp_path / WEIGHTS)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_pickle_that_holds_more_than_weights_is_refused(tmp_path: Path) -> None:
    bert(tmp_path)
    pickle(tmp_path)
    torch.save({"code": Path(tmp_path)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model.bin does not hold weights and nothing else"):
        huggingface.load(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"no pickle")
    with pytest.raises(ModelError, match="restore the folder"):
        huggingface.load(tmp_path)


@pytest.mark.parametrize("name", [WEIGHTS, "pytorch_model.bin"])
def test_a_pointer_in_place_of_weights_is_told(tmp_path: Path, name: str) -> None:
    bert(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n")
    with pytest.raises(ModelError, match=f"{name} is a pointer .* git lfs pull"):
        huggingface.load(tmp_path)


def test_a_folder_without_weights_says_how_they_are_made(tmp_path: Path) -> None:
    bert(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(ModelError, match=r"model.safetensors cannot be read.* pytorch_model.bin .*save_file"):
        huggingface.load(tmp_path)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: {3: torch.zeros(1)}, "does not hold weights and nothing else"),
        (lambda: {"x": torch.zeros(1).expand(10**9)}, "'x' is larger than the file"),
        (lambda: [torch.zeros(1)], "does not hold weights and nothing else"),
    ],
    ids=["numbers", "expanded", "list"],
)
def test_a_pickle_of_another_form_is_refused(tmp_path: Path, make: Callable[[], object], told: str) -> None:
    bert(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    torch.save(make(), tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=told):
        huggingface.load(tmp_path)


def test_bytes_that_are_no_pickle_are_refused(tmp_path: Path) -> None:
    bert(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    (tmp_path / "pytorch_model.bin").write_bytes(b"abc")
    with pytest.raises(ModelError, match="does not hold weights and nothing else"):
        huggingface.load(tmp_path)


def test_a_long_file_that_is_none_is_not_read(tmp_path: Path) -> None:
    """Each is of 256 GB, in no block of the disk."""
    bert(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"")
    os.truncate(tmp_path / WEIGHTS, 1 << 38)
    with pytest.raises(ModelError, match=r"model\.safetensors is not a safetensors file"):
        huggingface.load(tmp_path)
    os.truncate(tmp_path / "config.json", 1 << 38)
    with pytest.raises(ModelError, match=r"config\.json is larger than 67,108,864 bytes"):
        huggingface.load(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"hidden_size": ' + "9" * 5000 + "}"], ids=["deep", "long"])
def test_a_hard_configuration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json (is not JSON|names no architecture)"):
        huggingface.load(tmp_path)
