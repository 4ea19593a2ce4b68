"""An operation is named in its declaration, in torch, in the engine and by what rewrites or makes it."""

import pytest

from models.operations import OPERATIONS
from tests.operation_names import files_that_name

#: The most source files that may name an operation by a string. A lower count is a reason to lower its limit.
LIMITS = {
    "input": 13,
    "encrypt": 8,  # five of them mean the stage
    "take_features": 5,
    "linear": 20,  # one of them means no activation
    "sum_features": 7,
    "affine": 8,
    "bias": 24,  # most of them mean an array of a linear map
    "mask": 18,  # some of them mean an array
    "scale": 24,
    "polynomial": 21,  # most of them mean the stage of conversion
    "add": 18,  # those of audits are methods of libraries
    "multiply": 18,  # the same
    "split_heads": 10,
    "merge_heads": 6,
    "scores": 15,
    "mix": 9,
    "sum_keys": 7,
    "sum_tokens": 6,
    "gather_tokens": 6,
    "merge_tokens": 6,
    "softmax": 11,  # two of them mean a kind of layer
    "batch_norm": 9,
    "rms_norm": 5,
    "rotary": 6,
    "mean_tokens": 6,
    "unit_norm": 4,
    "layer_norm": 10,
    "gelu": 18,  # six of them mean an entry of Hugging Face
    "silu": 9,  # three of them name a function to approximate
    "relu": 10,  # two of them likewise
    "reciprocal": 7,  # three of them name a function to approximate
    "tanh": 11,  # two of them mean a form of GELU, one an entry
}
FILES = files_that_name()


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_more_files_name_an_operation(name: str) -> None:
    assert len(FILES[name]) <= LIMITS[name], FILES[name]
