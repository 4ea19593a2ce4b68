"""Evaluation of the same attention layer by what HEIR compiles and by this engine, in turns on one machine.

A development script, of which nothing else knows. HEIR has no product of two secret matrices; the layer is
composed of products of a matrix and a vector and of elementwise ones (`tests.attention_layer`). HEIR does
not know which diagonals of a matrix are zero, as weights are arguments, so that the matrix that sums scores
has as many diagonals as rows: 8,192 for 16 tokens of 32 features, which are gigabytes of constants.

    python -m tests.attention_against_heir HEIR/bin --include … --library … --shape 8 16 4 --backend openfhe

HEIR's tools, turns, seconds and bits are those of `tests.against_heir`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from models.arrays import Array
from tests.attention_layer import Matrices, matrices, suite
from tests.heir import Program, arguments, built, keys
from tests.peer import compare

#: Those of the set `three_digits`, whose modulus fits N = 2^14 with OpenFHE's three digits.
SLOTS, FIRST_MODULUS_BITS, SCALE_BITS = 8192, 40, 30


def maps(layer: Matrices) -> dict[str, tuple[Array, Array]]:
    """Matrices and biases: queries, keys and values at every pair, scores, and what is returned."""
    found = {
        name: (at_pairs @ layer.linear[name][0], at_pairs @ layer.linear[name][1])
        for name, at_pairs in (("q", layer.repeated), ("k", layer.moved), ("v", layer.moved))
    }
    projection, bias = layer.linear["projection"]
    scores = layer.summed, np.zeros(len(layer.summed))
    return {**found, "scores": scores, "projection": (projection @ layer.repeated.T, bias)}


def mlir(layer: Matrices) -> str:
    """The layer as MLIR: one secret vector, and a matrix and a bias for each map."""
    made = maps(layer)
    text = [_tensor(layer.inputs.shape[1:])]
    heads = [f"%x: {text[0]} {{secret.secret}}"]
    for name, (matrix, bias) in made.items():
        heads += [f"%w_{name}: {_tensor(matrix.shape)}", f"%b_{name}: {_tensor(bias.shape)}"]
    wide = _tensor(made["scores"][1].shape)
    body = [
        *(line for name in "qkv" for line in _map(name, made[name], "x")),
        f"%products = arith.mulf %q, %k : {wide}",
        *_map("scores", made["scores"], "products"),
        *_polynomial(layer.polynomial, wide),
        f"%weighted = arith.mulf %weights, %v : {wide}",
        *_map("projection", made["projection"], "weighted"),
        f"return %projection : {text[0]}",
    ]
    return f"func.func @attention({', '.join(heads)}) -> {text[0]} {{\n" + "\n".join(body) + "\n}\n"


def _tensor(shape: Sequence[int]) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def _map(name: str, made: tuple[Array, Array], source: str) -> Iterator[str]:
    """The lines of one map."""
    matrix, vector, operand = (_tensor(one) for one in (made[0].shape, made[1].shape, made[0].shape[1:]))
    yield f"%zero_{name} = arith.constant dense<0.0> : {vector}"
    operands = f"ins(%w_{name}, %{source} : {matrix}, {operand}) outs(%zero_{name} : {vector})"
    yield f"%product_{name} = linalg.matvec {operands} -> {vector}"
    yield f"%{name} = arith.addf %product_{name}, %b_{name} : {vector}"


def _polynomial(coefficients: Array, wide: str) -> Iterator[str]:
    """`%weights` of `%scores`: a_0 + a_1·s + s²·(a_2 + a_3·s + a_4·s²), in three levels."""
    for power, one in enumerate(coefficients):
        yield f"%a{power} = arith.constant dense<{float(one):.9e}> : {wide}"
    steps = (
        ("square", "mulf", "scores", "scores"),
        ("fourth", "mulf", "square", "a4"),
        ("third", "mulf", "scores", "a3"),
        ("upper", "addf", "fourth", "third"),
        ("factor", "addf", "upper", "a2"),
        ("high", "mulf", "factor", "square"),
        ("first", "mulf", "scores", "a1"),
        ("low", "addf", "high", "first"),
        ("weights", "addf", "low", "a0"),
    )
    for result, operation, one, other in steps:
        yield f"%{result} = arith.{operation} %{one}, %{other} : {wide}"


def program(layer: Matrices) -> Program:
    """What HEIR is given of the layer."""
    return Program(
        name="attention",
        mlir=mlir(layer),
        slots=SLOTS,
        first_modulus_bits=FIRST_MODULUS_BITS,
        scale_bits=SCALE_BITS,
        weights=[array for pair in maps(layer).values() for array in pair],
        inputs=layer.inputs,
        expected=layer.expected,
    )


def main() -> None:
    """Build HEIR's program, take turns and print a table."""
    parser = arguments(__doc__)
    parser.add_argument("--shape", type=int, nargs=3, default=(8, 16, 4), help="tokens, features, heads")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(built(program(matrices(*given.shape)), given, folder)) as peer:
            written = suite(folder, *given.shape)
            compare(peer, written, folder, given.turns, given.backend, about=keys(peer))


if __name__ == "__main__":
    main()
