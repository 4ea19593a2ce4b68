"""HEIR's tools for development scripts: from MLIR to C++ to a program that answers as `tests.peer` asks.

HEIR chooses packing, rotations and levels and writes C++ for OpenFHE, whose headers have to be there with
its shared libraries of the same version. Weights are encoded beforehand (`enable-split-preprocessing`), as
here, and products are rescaled one by one, as HEIR's own example of MNIST does it: `docs/peers.md` says what
else was tried.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backends.interface import SecurityFacts
from backends.security import judge
from models.arrays import Array
from tests.peer import Peer

#: OpenFHE's numbers of the distributions that a secret key may have, in `constants-lattice.h`.
SECRETS = {1: "uniform_ternary"}

#: What runs HEIR's functions: it says what the keys are, then answers each line with an evaluation.
WORKER = r"""
#include <chrono>
#include <ctime>
#include "program.h"

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
  std::ifstream weights(arguments[1], std::ios::binary), inputs(arguments[2], std::ios::binary);
  READ
  auto context = NAME__generate_crypto_context();
  auto keys = context->KeyGen();
  context = NAME__configure_crypto_context(context, keys.secretKey);
  auto parameters = std::dynamic_pointer_cast<CryptoParametersRNS>(context->GetCryptoParameters());
  auto log_n = std::lround(std::log2(context->GetRingDimension()));
  std::cout << "{\"log_n\": " << log_n << ", \"log_q\": " << bits(context->GetElementParams())
            << ", \"log_p\": " << bits(parameters->GetParamsP())
            << ", \"secret\": " << int(parameters->GetSecretKeyDist())
            << ", \"digits\": " << parameters->GetNumPartQ() << "}" << std::endl;
  auto encoded = NAME__preprocessing(context, REVERSED);
  auto zeros = NAME__encrypt__zeros(context, keys.publicKey);
  for (std::string line; std::getline(std::cin, line);) {
    inputs.seekg(std::stol(line) * INPUTS * sizeof(float));
    auto ciphertext = NAME__encrypt__arg0(context, next(inputs, INPUTS), keys.publicKey);
    auto began = std::chrono::steady_clock::now();
    auto cpu = std::clock();
    auto result = NAME__preprocessed(context, ciphertext, WEIGHTS, zeros, encoded);
    double cpu_s = double(std::clock() - cpu) / CLOCKS_PER_SEC;
    double evaluate_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    auto outputs = NAME__decrypt__result0(context, result, keys.secretKey);
    std::cout << "{\"evaluate_s\": " << evaluate_s << ", \"cpu_s\": " << cpu_s << ", \"outputs\": [";
    for (size_t i = 0; i < OUTPUTS; ++i) std::cout << (i ? ", " : "") << outputs[i];
    std::cout << "]}" << std::endl;
  }
}
"""


@dataclass(frozen=True)
class Program:
    """What HEIR is given.

    Attributes:
        name: of the function in `mlir`.
        mlir: a function of one secret vector and of `weights`, in their order.
        slots, first_modulus_bits, scale_bits: what its passes are told.
        weights: its other arguments.
        inputs: `[samples, ...]` what is encrypted, one at a time.
        expected: `[samples, outputs]`.
    """

    name: str
    mlir: str
    slots: int
    first_modulus_bits: int
    scale_bits: int
    weights: Sequence[Array]
    inputs: Array
    expected: Array

    @property
    def passes(self) -> tuple[str, ...]:
        """The options of `heir-opt`."""
        return (
            "--annotate-module=backend=openfhe scheme=ckks",
            f"--torch-linalg-to-ckks=min-slot-count={self.slots} first-mod-bits={self.first_modulus_bits} "
            f"scaling-mod-bits={self.scale_bits} enable-split-preprocessing=true "
            "greedy-modulus-switch-after-mul=true",
            "--scheme-to-openfhe=scaling-technique-fixed-manual=true",
        )

    @property
    def worker(self) -> str:
        """The C++ that calls what HEIR writes."""
        names = [f"w{index}" for index in range(len(self.weights))]
        read = " ".join(
            f"auto {name} = next(weights, {array.size});"
            for name, array in zip(names, self.weights, strict=True)
        )
        found = WORKER
        for word, text in {
            "READ": read,
            "REVERSED": ", ".join(reversed(names)),
            "WEIGHTS": ", ".join(names),
            "INPUTS": str(self.inputs[0].size),
            "OUTPUTS": str(self.expected[0].size),
            "NAME": self.name,
        }.items():
            found = found.replace(word, text)
        return found


def built(program: Program, given: argparse.Namespace, folder: Path) -> Peer:
    """The program, started: from MLIR to C++ by HEIR's tools, and a binary by g++."""
    heir, include, library = (path.absolute() for path in (given.heir, given.include, given.library))
    (folder / "program.mlir").write_text(program.mlir)
    _run(folder, heir / "heir-opt", *program.passes, "program.mlir", "-o", "openfhe.mlir")
    for emit, name in (("pke", "program.cpp"), ("pke-header", "program.h")):
        style = "--openfhe-include-type=install-relative"
        _run(folder, heir / "heir-translate", f"--emit-openfhe-{emit}", style, "openfhe.mlir", "-o", name)
    (folder / "worker.cpp").write_text(program.worker)
    parts = ("", "openfhe", "openfhe/core", "openfhe/pke", "openfhe/binfhe")
    headers = [f"-I{include / part}" for part in parts]
    libraries = [str(next(library.glob(f"libOPENFHE{part}.so*"))) for part in ("pke", "binfhe", "core")]
    for name in ("program", "worker"):  # one after another: each takes over a gigabyte
        _run(folder, "g++", "-std=c++17", "-O2", "-w", "-fopenmp", *headers, "-c", f"{name}.cpp")
    rest = ["-fopenmp", f"-Wl,--disable-new-dtags,-rpath,{library}", "-o", "program"]
    _run(folder, "g++", "program.o", "worker.o", *libraries, *rest)
    np.concatenate([array.astype(np.float32).ravel() for array in program.weights]).tofile(folder / "weights")
    program.inputs.astype(np.float32).tofile(folder / "inputs")
    return Peer("HEIR", [str(folder / "program"), "weights", "inputs"], folder, program.expected, {})


def keys(peer: Peer) -> str:
    """What a program says first, judged."""
    said = peer.answer()
    digits = said.pop("digits")
    found = judge(SecurityFacts(**{**said, "secret": SECRETS[said["secret"]]}))
    return f"N = 2^{found.log_n}, log QP {found.log_qp:.0f}, {digits} digits, {found.bits}-bit security"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options of a comparison with HEIR."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("heir", type=Path, help="the folder with heir-opt and heir-translate")
    parser.add_argument("--include", type=Path, required=True, help="the folder with openfhe/pke/openfhe.h")
    parser.add_argument("--library", type=Path, required=True, help="the folder with libOPENFHEpke.so")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--backend", action="append", default=[])
    return parser


def _run(folder: Path, *command: str | Path) -> None:
    """Run a command there; what it says is shown where it fails."""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr[:2000]}")
