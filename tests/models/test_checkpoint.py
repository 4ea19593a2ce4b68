"""A checkpoint comes back as it was, or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import digest, load_graph, save_graph
from models.errors import ModelError
from models.reference import logits
from tests.random_vit import random_inputs, random_vit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_graph(random_vit(1, blocks=1, dim=4, heads=2, tokens=3), tmp_path, "polynomial")
    return tmp_path


def test_a_graph_comes_back_with_its_weights_in_float32(folder: Path) -> None:
    graph, loaded = random_vit(1, blocks=1, dim=4, heads=2, tokens=3), load_graph(folder, "polynomial")
    assert [node.name for node in loaded] == [node.name for node in graph]
    for node in graph:
        back = loaded[node.name]
        assert (back.operation, back.inputs, back.layer) == (node.operation, node.inputs, node.layer)
        assert dict(back.attributes) == dict(node.attributes)
        for name, array in node.arrays.items():
            exact = array if node.operation == "polynomial" else array.astype(np.float32)
            assert back.arrays[name].dtype == np.float64
            np.testing.assert_array_equal(back.arrays[name], exact)
    x = random_inputs(2, 4, 3, 5)
    np.testing.assert_allclose(logits(loaded, x), logits(graph, x), atol=1e-5)


def test_saving_again_what_was_loaded_changes_nothing(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    save_graph(load_graph(folder, "polynomial"), again, "polynomial")
    assert digest(again, "polynomial") == digest(folder, "polynomial")


def test_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"has no original\.json"):
        load_graph(folder, "original")
    (folder / "polynomial.safetensors").unlink()
    with pytest.raises(ModelError, match=r"has no polynomial\.safetensors"):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_flipped_bit_in_the_arrays_is_refused(folder: Path, position: int) -> None:
    path = folder / "polynomial.safetensors"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="does not match the digest"):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "is not a checkpoint of format"),
        (b'{"format": 99}', "is not a checkpoint of format"),
        (b'{"format": 1}', "does not match the digest"),
    ],
)
def test_a_header_of_another_kind_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "polynomial.json").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load_graph(folder, "polynomial")


@pytest.mark.parametrize("change", [{"nodes": None}, {"nodes": [{}]}, {"output": "nowhere"}])
def test_a_header_that_describes_no_graph_is_refused(folder: Path, change: dict[str, object]) -> None:
    path = folder / "polynomial.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError):
        load_graph(folder, "polynomial")
