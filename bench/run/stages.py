"""What each stage of a cell is expected to take, in seconds: what a person who waits is told.

The names are those of the stages that a cell tells as it goes, in their order; whoever shows them
corrects them by the stages that have ended.
"""

from __future__ import annotations

from collections.abc import Iterable

from backends.costs import Costs
from backends.parameters import ParameterSet
from bench.run.prediction.prediction import Prediction
from bench.spec.cases import PrimitivesLiteral

#: A party's interpreter and its library.
START_S = 1.5
#: Making and writing a byte of key-switching keys, and checking and loading it: medians of 100 cells of
#: OpenFHE and Pyfhel at N = 2^14 to 2^16, which differ by a tenth and by a half.
MAKE_S_PER_BYTE, LOAD_S_PER_BYTE = 5.6e-9, 3.0e-9
#: Key switches beside those of `rotate_many` that the measured primitives of a level have together.
OTHER_KEY_SWITCHES = 5


def of_keys(keys_bytes: int) -> list[tuple[str, float]]:
    """Making, carrying and loading keys, which every kind of cell begins with."""
    return [
        ("starting the key owner", START_S),
        ("key generation", keys_bytes * MAKE_S_PER_BYTE),
        ("starting the evaluator", START_S),
        ("loading keys", keys_bytes * LOAD_S_PER_BYTE),
    ]


def of_program(told: Prediction, repeats: int) -> list[tuple[str, float]]:
    """A planned program's stages over all batches; the evaluation and what follows once for each repeat."""
    took = told.seconds
    start = took["other_s"] / 2
    again = [("evaluation", took["evaluate_s"]), ("decryption", took["decrypt_s"])]
    return [
        ("starting the key owner", start),
        ("key generation", took["make_keys_s"] + took["write_keys_s"]),
        ("starting the evaluator", start),
        ("loading keys", took["load_keys_s"]),
        ("model preparation", took["encode_model_s"]),
        ("encryption", took["encrypt_s"]),
        *repeats * again,
    ]


def of_levels(
    literal: PrimitivesLiteral, parameters: ParameterSet, names: Iterable[tuple[str, int]]
) -> list[tuple[str, float]]:
    """Measuring single primitives: the name and the level of each stage."""
    costs = Costs(parameters)
    often = (literal.repetitions + 1) * (literal.rotations + OTHER_KEY_SWITCHES)
    return [(name, costs.seconds(often * costs.key_switch(level))) for name, level in names]
