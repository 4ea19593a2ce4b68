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
import tempfile
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
from tests.orion import started
from tests.peer import EVALUATIONS, ROOT, Peer, compare

MODEL, SUITE = ROOT / "models" / "checkpoints" / "mlp", ROOT / "suites" / "mlp.yaml"
LOG_N, LOG_Q, LOG_P = 13, [29, 26, 26, 26, 26, 26], [29, 29]

#: What runs in Orion's environment before it evaluates.
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
inputs = torch.from_numpy(arrays["inputs"])
orion.fit(net, inputs[:1])  # a batch of one image
level = orion.compile(net)
net.he()
"""


def orion(python: str, folder: Path) -> Peer:
    """Orion with the perceptron."""
    graph = load_graph(MODEL, "polynomial")
    literal = parse(graph.metadata["preparation"])
    samples = preparation.samples(catalogue.load("mnist", "held_out"), literal, range(EVALUATIONS))
    arrays: dict[str, Any] = {f"{n.name}.{key}": a for n in graph for key, a in n.arrays.items()}
    arrays["inputs"] = samples.inputs.reshape(EVALUATIONS, 1, 28, 28)
    np.savez(folder / "orion.npz", **{name: array.astype(np.float32) for name, array in arrays.items()})
    task = [str(folder / "orion.npz"), LOG_N, LOG_Q, LOG_P]
    return started(python, WORKER, task, folder, outputs(graph, samples.inputs)[:, 0])


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
    bound = LARGEST_LOG_QP["uniform_ternary"][LOG_N][128]
    about = f"log QP {sum(LOG_Q) + sum(LOG_P)}, where 128 bits allow {bound}"
    with tempfile.TemporaryDirectory() as name, closing(orion(given.python, Path(name))) as peer:
        compare(peer, SUITE, Path(name), given.turns, given.backend, given.build, about)


if __name__ == "__main__":
    main()
