"""Evaluation of the same perceptron by what HEIR compiles and by this engine, in turns on one machine.

A development script, of which nothing else knows. HEIR (`heir-py`, google/heir) takes the checkpoint `mlp`
as MLIR: three products of a matrix and a vector, sums with biases, two squares. Its own passes choose
packing, rotations and levels and write C++ for OpenFHE; moduli are asked for as those of `best_openfhe`, and
OpenFHE chooses the ring. Weights are encoded beforehand (`enable-split-preprocessing`), as here, and products
are rescaled one by one, as HEIR's own example of MNIST does it: `docs/peers.md` says what else was tried.

    python3.11 -m venv HEIR && HEIR/bin/pip install heir-py==2026.11.1
    python -m tests.against_heir HEIR/bin --include OPENFHE/include --library OPENFHE/lib --turns 3

The second command needs g++, and OpenFHE's headers with its shared libraries of the same version. In each
turn HEIR's program evaluates five images, one after another, and every cell of `suites/mlp.yaml` its batch
five times; figures are told as `tests.against_orion` tells them. Program and cells have one thread.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from models.checkpoint import load_graph
from models.data import catalogue, preparation
from models.data.literals import parse
from models.reference import outputs
from tests.against_orion import MODEL, SUITE
from tests.heir import Program, arguments, built, keys
from tests.peer import EVALUATIONS, compare

#: Inputs and outputs of the matrices, and their nodes in the checkpoint, the first first.
SHAPES = ((784, 128), (128, 128), (128, 10))
LINEAR = ("layers.0.linear", "layers.1.linear", "head")
SLOTS, FIRST_MODULUS_BITS, SCALE_BITS = 4096, 30, 24


def mlir() -> str:
    """The perceptron as MLIR, its weights the arguments of a function of one secret vector."""
    arguments = ["%v0: tensor<784xf32> {secret.secret}"]
    lines: list[str] = []
    for i, (columns, rows) in enumerate(SHAPES):
        vector, matrix = f"tensor<{rows}xf32>", f"tensor<{rows}x{columns}xf32>"
        arguments += [f"%w{i}: {matrix}", f"%b{i}: {vector}"]
        lines += [
            f"%zero{i} = arith.constant dense<0.0> : {vector}",
            f"%product{i} = linalg.matvec ins(%w{i}, %v{i} : {matrix}, tensor<{columns}xf32>) "
            f"outs(%zero{i} : {vector}) -> {vector}",
            f"%sum{i} = arith.addf %product{i}, %b{i} : {vector}",
        ]
        if i + 1 < len(SHAPES):
            lines.append(f"%v{i + 1} = arith.mulf %sum{i}, %sum{i} : {vector}")
    body = "\n".join(lines)
    return f"func.func @mlp({', '.join(arguments)}) -> {vector} {{\n{body}\nreturn %sum{i} : {vector}\n}}\n"


def perceptron() -> Program:
    """The checkpoint with its first images."""
    graph = load_graph(MODEL, "polynomial")
    literal = parse(graph.metadata["preparation"])
    samples = preparation.samples(catalogue.load("mnist", "held_out"), literal, range(EVALUATIONS))
    nodes = {node.name: node.arrays for node in graph}
    return Program(
        name="mlp",
        mlir=mlir(),
        slots=SLOTS,
        first_modulus_bits=FIRST_MODULUS_BITS,
        scale_bits=SCALE_BITS,
        weights=[nodes[name][key] for name in LINEAR for key in ("weight", "bias")],
        inputs=samples.inputs,
        expected=outputs(graph, samples.inputs)[:, 0],
    )


def main() -> None:
    """Build HEIR's program, take turns and print a table."""
    given = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(built(perceptron(), given, folder)) as peer:
            compare(peer, SUITE, folder, given.turns, given.backend, about=keys(peer))


if __name__ == "__main__":
    main()
