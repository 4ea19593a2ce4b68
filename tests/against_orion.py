"""Evaluation of the same perceptron by Orion and by this engine, in turns on one machine.

A development script, of which nothing else knows. It takes the weights of the checkpoint `mlp` and the
parameters of Orion's own MLP (LogN 13, LogQ 29 + 5·26, LogP 2·29, conjugate-invariant ring). Orion has an
environment of its own, with Python 3.11 and a torch for the CPU:

    python3.11 -m venv ORION && ORION/bin/pip install "torch==2.13.*" orion-fhe==1.0.2
    python -m tests.against_orion ORION/bin/python --turns 5

In each turn Orion evaluates one image and every cell of `suites/mlp.yaml` its batch, five times each; the
figure is the median over turns of this engine's median over Orion's; beside other load, the CPU time says
more (this engine's of the first evaluation). Orion and the cells have one thread. MNIST is found as
`bench run` finds it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from backends.security import LARGEST_LOG_QP
from bench.environments.declaration import DEFAULT_BUILD
from models.checkpoint import load_graph
from models.data import catalogue, preparation
from models.data.literals import parse
from models.reference import outputs

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "models" / "checkpoints" / "mlp"
EVALUATIONS = 5
LOG_N, LOG_Q, LOG_P = 13, [29, 26, 26, 26, 26, 26], [29, 29]

#: What runs in Orion's environment: it answers each line with the seconds and the logits of an evaluation.
WORKER = """
import json, sys, time
import numpy as np, torch, orion
import orion.models as models

answers, sys.stdout = sys.stdout, sys.stderr
folder, log_n, log_q, log_p = json.loads(sys.argv[1])
arrays = np.load(folder)
orion.init_scheme({
    "ckks_params": {"LogN": log_n, "LogQ": log_q, "LogP": log_p, "LogScale": log_q[-1], "H": 8192,
                    "RingType": "ConjugateInvariant"},
    "orion": {"margin": 2, "embedding_method": "hybrid", "backend": "lattigo", "fuse_modules": True,
              "debug": False, "io_mode": "none"},
})
net = models.MLP()
with torch.no_grad():
    for name, layer in (("layers.0.linear", net.fc1), ("layers.1.linear", net.fc2), ("head", net.fc3)):
        layer.weight.copy_(torch.from_numpy(arrays[name + ".weight"]))
        layer.bias.copy_(torch.from_numpy(arrays[name + ".bias"]))
    for norm in (net.bn1, net.bn2):  # folded into the weights already: what is left is the identity
        norm.eps = 0.0
net.eval()
images = torch.from_numpy(arrays["images"])
orion.fit(net, images[:1])  # a batch of one image
level = orion.compile(net)
net.he()
for line in sys.stdin:
    image = images[int(line) : int(line) + 1]
    ciphertext = orion.encrypt(orion.encode(image, level))
    began = time.perf_counter(), time.process_time()
    result = net(ciphertext)
    ended = time.perf_counter(), time.process_time()
    logits = result.decrypt().decode().flatten().tolist()
    seconds = {"evaluate_s": ended[0] - began[0], "cpu_s": ended[1] - began[1]}
    print(json.dumps({**seconds, "logits": logits}), file=answers, flush=True)
"""


class Orion:
    """Orion in a process of its own, with one image's evaluations to ask for."""

    def __init__(self, python: str, folder: Path) -> None:
        graph = load_graph(MODEL, "polynomial")
        literal = parse(graph.metadata["preparation"])
        samples = preparation.samples(catalogue.load("mnist", "held_out"), literal, range(EVALUATIONS))
        self._expected = outputs(graph, samples.inputs)[:, 0]
        arrays = {f"{n.name}.{key}": a for n in graph for key, a in n.arrays.items()}
        arrays["images"] = samples.inputs.reshape(EVALUATIONS, 1, 28, 28)
        np.savez(folder / "orion.npz", **{name: array.astype(np.float32) for name, array in arrays.items()})
        task = json.dumps([str(folder / "orion.npz"), LOG_N, LOG_Q, LOG_P])
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "GOMAXPROCS": "1"}
        self._process = subprocess.Popen(
            [python, "-c", WORKER, task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env=one_thread,
        )

    def turn(self) -> tuple[float, float, float]:
        """The medians of the seconds and of the CPU's of `EVALUATIONS` images, and the bits of all logits."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        found: list[dict[str, Any]] = []
        for image in range(EVALUATIONS):
            self._process.stdin.write(f"{image}\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if not line:
                raise SystemExit("Orion ended; run its environment by hand to see why")
            found.append(json.loads(line))
        logits = np.array([one["logits"] for one in found])
        bits = -math.log2(np.abs(logits - self._expected).max() / np.abs(self._expected).max())
        seconds, cpu = (statistics.median(one[name] for one in found) for name in ("evaluate_s", "cpu_s"))
        return seconds, cpu, bits

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)


def cells(folder: Path, backends: Sequence[str], build: str) -> Iterator[dict[str, Any]]:
    """The records of one run of `suites/mlp.yaml`."""
    chosen = [option for backend in backends for option in ("--backend", backend)]
    bench = [sys.executable, "-m", "bench"]
    run = [*bench, "run", "suites/mlp.yaml", *chosen, "--repeats", str(EVALUATIONS), "--build", build]
    subprocess.run(
        [*run, "--fresh", "--output", str(folder)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    exported = subprocess.run(
        [*bench, "export", str(folder), "--format", "json"], cwd=ROOT, check=True, capture_output=True
    )
    yield from json.loads(exported.stdout)


def say(line: str) -> None:
    """A line of output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def described(record: dict[str, Any]) -> str:
    """What a cell reaches beside its time."""
    security = record["security"]
    return (
        f"{record['ladder']['precision_bits']:.1f} bits, {security['bits']}-bit security "
        f"(log QP {security['log_qp']:.0f}), {record['batch']} images a ciphertext"
    )


def main() -> None:
    """Take turns and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("python", help="the interpreter of Orion's environment")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--backend", action="append", default=[])
    parser.add_argument("--build", default=DEFAULT_BUILD, help="which build of this engine's libraries")
    given = parser.parse_args()
    ratios: dict[str, list[tuple[float, float]]] = {}
    reached: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name, closing(Orion(given.python, Path(name))) as orion:
        for turn in range(given.turns):
            theirs, their_cpu, bits = orion.turn()
            say(f"turn {turn}: Orion {theirs:.3f} s, {their_cpu:.3f} s of CPU, {bits:.1f} bits")
            for record in cells(Path(name) / f"turn{turn}", given.backend, given.build):
                ours = statistics.median(run["evaluate_s"] for run in record["latency"]["runs"])
                cell = f"{record['backend']} {record['parameter_set']}"
                cpu = record["latency"]["evaluate_cpu_s"]
                ratios.setdefault(cell, []).append((ours / theirs, cpu / their_cpu))
                reached[cell] = described(record)
                say(f"turn {turn}: {cell} {ours:.3f} s, {cpu:.3f} s of CPU")
    bound = LARGEST_LOG_QP["uniform_ternary"][LOG_N][128]
    say(f"Orion: log QP {sum(LOG_Q) + sum(LOG_P)}, where 128 bits allow {bound}; one image a ciphertext")
    for cell, found in ratios.items():
        time, cpu = (statistics.median(column) for column in zip(*found, strict=True))
        say(f"{cell} / Orion: {time:.2f} of the time, {cpu:.2f} of the CPU time; {reached[cell]}")


if __name__ == "__main__":
    main()
