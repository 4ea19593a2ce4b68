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

import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from backends.interface import SecurityFacts
from backends.security import judge
from models.checkpoint import load_graph
from models.data import catalogue, preparation
from models.data.literals import parse
from models.reference import outputs
from tests.against_orion import EVALUATIONS, MODEL, cells, described, say

#: Inputs and outputs of the matrices, and their nodes in the checkpoint, the first first.
SHAPES = ((784, 128), (128, 128), (128, 10))
LINEAR = ("layers.0.linear", "layers.1.linear", "head")
SLOTS, FIRST_MODULUS_BITS, SCALE_BITS = 4096, 30, 24
PASSES = (
    "--annotate-module=backend=openfhe scheme=ckks",
    f"--torch-linalg-to-ckks=min-slot-count={SLOTS} first-mod-bits={FIRST_MODULUS_BITS} "
    f"scaling-mod-bits={SCALE_BITS} enable-split-preprocessing=true greedy-modulus-switch-after-mul=true",
    "--scheme-to-openfhe=scaling-technique-fixed-manual=true",
)
#: OpenFHE's numbers of the distributions that a secret key may have, in `constants-lattice.h`.
SECRETS = {1: "uniform_ternary"}

#: What runs HEIR's functions: it says what the keys are, then answers each line with an evaluation.
WORKER = r"""
#include <chrono>
#include <ctime>
#include "mlp.h"

static std::vector<float> next(std::ifstream& file, size_t size) {
  std::vector<float> data(size);
  file.read(reinterpret_cast<char*>(data.data()), size * sizeof(float));
  if (!file) std::exit(3);
  return data;
}

static double bits(const std::shared_ptr<DCRTPoly::Params>& moduli) {
  double sum = 0;
  for (auto& one : moduli->GetParams()) sum += std::log2(one->GetModulus().ConvertToDouble());
  return sum;
}

int main(int, char** arguments) {
  std::ifstream weights(arguments[1], std::ios::binary), images(arguments[2], std::ios::binary);
  auto w0 = next(weights, 128 * 784), b0 = next(weights, 128), w1 = next(weights, 128 * 128);
  auto b1 = next(weights, 128), w2 = next(weights, 10 * 128), b2 = next(weights, 10);
  auto context = mlp__generate_crypto_context();
  auto keys = context->KeyGen();
  context = mlp__configure_crypto_context(context, keys.secretKey);
  auto parameters = std::dynamic_pointer_cast<CryptoParametersRNS>(context->GetCryptoParameters());
  auto log_n = std::lround(std::log2(context->GetRingDimension()));
  std::cout << "{\"log_n\": " << log_n << ", \"log_q\": " << bits(context->GetElementParams())
            << ", \"log_p\": " << bits(parameters->GetParamsP())
            << ", \"secret\": " << int(parameters->GetSecretKeyDist())
            << ", \"digits\": " << parameters->GetNumPartQ() << "}" << std::endl;
  auto encoded = mlp__preprocessing(context, b2, w2, b1, w1, b0, w0);
  auto zeros = mlp__encrypt__zeros(context, keys.publicKey);
  for (std::string line; std::getline(std::cin, line);) {
    images.seekg(std::stol(line) * 784 * sizeof(float));
    auto ciphertext = mlp__encrypt__arg0(context, next(images, 784), keys.publicKey);
    auto began = std::chrono::steady_clock::now();
    auto cpu = std::clock();
    auto result = mlp__preprocessed(context, ciphertext, w0, b0, w1, b1, w2, b2, zeros, encoded);
    double cpu_s = double(std::clock() - cpu) / CLOCKS_PER_SEC;
    double evaluate_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    auto logits = mlp__decrypt__result0(context, result, keys.secretKey);
    std::cout << "{\"evaluate_s\": " << evaluate_s << ", \"cpu_s\": " << cpu_s << ", \"logits\": [";
    for (size_t i = 0; i < 10; ++i) std::cout << (i ? ", " : "") << logits[i];
    std::cout << "]}" << std::endl;
  }
}
"""


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


def build(heir: Path, include: Path, library: Path, folder: Path) -> Path:
    """HEIR's program for the perceptron: from MLIR to C++ by its tools, and a binary by g++."""
    (folder / "mlp.mlir").write_text(mlir())
    run(folder, heir / "heir-opt", *PASSES, "mlp.mlir", "-o", "mlp.openfhe.mlir")
    for emit, name in (("pke", "mlp.cpp"), ("pke-header", "mlp.h")):
        style = "--openfhe-include-type=install-relative"
        run(folder, heir / "heir-translate", f"--emit-openfhe-{emit}", style, "mlp.openfhe.mlir", "-o", name)
    (folder / "worker.cpp").write_text(WORKER)
    parts = ("", "openfhe", "openfhe/core", "openfhe/pke", "openfhe/binfhe")
    headers = [f"-I{include / part}" for part in parts]
    libraries = [str(next(library.glob(f"libOPENFHE{part}.so*"))) for part in ("pke", "binfhe", "core")]
    for name in ("mlp", "worker"):  # one after another: each takes over a gigabyte
        run(folder, "g++", "-std=c++17", "-O2", "-w", "-fopenmp", *headers, "-c", f"{name}.cpp")
    rest = ["-fopenmp", f"-Wl,--disable-new-dtags,-rpath,{library}", "-o", "mlp"]
    run(folder, "g++", "mlp.o", "worker.o", *libraries, *rest)
    return folder / "mlp"


def run(folder: Path, *command: str | Path) -> None:
    """Run a command there; what it says is shown where it fails."""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr[:2000]}")


class Heir:
    """HEIR's program in a process of its own, with one image's evaluations to ask for."""

    def __init__(self, program: Path, folder: Path) -> None:
        graph = load_graph(MODEL, "polynomial")
        literal = parse(graph.metadata["preparation"])
        samples = preparation.samples(catalogue.load("mnist", "held_out"), literal, range(EVALUATIONS))
        self._expected = outputs(graph, samples.inputs)[:, 0]
        nodes = {node.name: node.arrays for node in graph}
        arrays = [nodes[name][key] for name in LINEAR for key in ("weight", "bias")]
        weights = np.concatenate([array.astype(np.float32).ravel() for array in arrays])
        weights.tofile(folder / "weights")
        samples.inputs.astype(np.float32).tofile(folder / "images")
        self._process = subprocess.Popen(
            [str(program), "weights", "images"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        keys = self._answer()
        self.digits = keys.pop("digits")
        self.facts = SecurityFacts(**{**keys, "secret": SECRETS[keys["secret"]]})

    def turn(self) -> tuple[float, float, float]:
        """The medians of the seconds and of the CPU's of `EVALUATIONS` images, and the bits of all logits."""
        assert self._process.stdin is not None
        found: list[dict[str, Any]] = []
        for image in range(EVALUATIONS):
            self._process.stdin.write(f"{image}\n")
            self._process.stdin.flush()
            found.append(self._answer())
        logits = np.array([one["logits"] for one in found])
        bits = -math.log2(np.abs(logits - self._expected).max() / np.abs(self._expected).max())
        seconds, cpu = (statistics.median(one[name] for one in found) for name in ("evaluate_s", "cpu_s"))
        return seconds, cpu, bits

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("HEIR's program ended; its error is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)


def compare(heir: Heir, folder: Path, turns: int, backends: Sequence[str]) -> None:
    """Take turns and print what each reaches, then the medians of the ratios."""
    ratios: dict[str, list[tuple[float, float]]] = {}
    reached: dict[str, str] = {}
    for turn in range(turns):
        theirs, their_cpu, bits = heir.turn()
        say(f"turn {turn}: HEIR {theirs:.3f} s, {their_cpu:.3f} s of CPU, {bits:.1f} bits")
        for record in cells(folder / f"turn{turn}", backends):
            ours = statistics.median(one["evaluate_s"] for one in record["latency"]["runs"])
            cell = f"{record['backend']} {record['parameter_set']}"
            cpu = record["latency"]["evaluate_cpu_s"]
            ratios.setdefault(cell, []).append((ours / theirs, cpu / their_cpu))
            reached[cell] = described(record)
            say(f"turn {turn}: {cell} {ours:.3f} s, {cpu:.3f} s of CPU")
    security = judge(heir.facts)
    say(
        f"HEIR: N = 2^{security.log_n}, log QP {security.log_qp:.0f}, {heir.digits} digits, "
        f"{security.bits}-bit security; one image a ciphertext"
    )
    for cell, found in ratios.items():
        time, cpu = (statistics.median(column) for column in zip(*found, strict=True))
        say(f"{cell} / HEIR: {time:.2f} of the time, {cpu:.2f} of the CPU time; {reached[cell]}")


def main() -> None:
    """Build HEIR's program, take turns and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("heir", type=Path, help="the folder with heir-opt and heir-translate")
    parser.add_argument("--include", type=Path, required=True, help="the folder with openfhe/pke/openfhe.h")
    parser.add_argument("--library", type=Path, required=True, help="the folder with libOPENFHEpke.so")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--backend", action="append", default=[])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = (given.heir.absolute(), given.include.absolute(), given.library.absolute())
        with closing(Heir(build(*paths, folder), folder)) as heir:
            compare(heir, folder, given.turns, given.backend)


if __name__ == "__main__":
    main()
