"""Evaluation of the same attention layer by Orion and by this engine, in turns on one machine.

A development script, of which nothing else knows. Orion has no attention; it is composed here of Orion's own
`Linear`, `Mult` and `Activation` (`tests.attention_layer`), and its compiler finds packing and levels:

* It solves forks of two paths alone (`core/level_dag.py`), so q and k begin behind a `Flatten`, apart from v.
* Its `Chebyshev` fits on nodes within an interval and evaluates on a wider one, and would falsify values by
  4e-4; `Activation` takes a polynomial as it is.

    python -m tests.attention_against_orion ORION/bin/python --shape 16 32 4 --turns 3 --backend openfhe

Orion's environment, turns, seconds and bits are those of `tests.against_orion`.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from backends.interface import SecurityFacts
from backends.security import judge
from tests.attention_layer import matrices, suite
from tests.orion import started
from tests.peer import Peer, compare

#: Ten levels: a map, its repetition, products, their sum, three of the polynomial, weights, sum, projection.
LOG_N, LOG_Q, LOG_P = 14, [44] + [33] * 10, [51]
#: Coefficients of Orion's secret that are not zero, as many as a uniform ternary one has on average.
WEIGHT = 2 * 2**LOG_N // 3

#: What runs in Orion's environment before it evaluates: it says its moduli.
WORKER = """
import json, sys, time
import numpy as np, torch, orion
import orion.nn as on
from orion.core import scheme

answers, sys.stdout = sys.stdout, sys.stderr
folder, log_n, log_q, log_p, weight = json.loads(sys.argv[1])
arrays = np.load(folder)
orion.init_scheme({
    "ckks_params": {"LogN": log_n, "LogQ": log_q, "LogP": log_p, "LogScale": log_q[-1], "H": weight,
                    "RingType": "Standard"},
    "orion": {"margin": 1, "embedding_method": "hybrid", "backend": "lattigo", "fuse_modules": True,
              "debug": False, "io_mode": "none"},
})

def linear(matrix, bias=None):
    made = on.Linear(matrix.shape[1], matrix.shape[0], bias=bias is not None)
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(matrix))
        if bias is not None:
            made.bias.copy_(torch.from_numpy(bias))
    return made

def named(name):
    return linear(arrays[name + ".weight"], arrays[name + ".bias"])

class Attention(on.Module):
    def __init__(self):
        super().__init__()
        self.both = on.Flatten()
        self.q, self.k, self.v, self.projection = map(named, ("q", "k", "v", "projection"))
        self.q_repeated = linear(arrays["repeated"])
        self.k_moved, self.v_moved = linear(arrays["moved"]), linear(arrays["moved"])
        self.products, self.weighted = on.Mult(), on.Mult()
        self.scores, self.total = linear(arrays["summed"]), linear(arrays["repeated"].T.copy())
        self.activation = on.Activation(arrays["polynomial"][::-1].tolist())

    def forward(self, x):
        both = self.both(x)
        products = self.products(self.q_repeated(self.q(both)), self.k_moved(self.k(both)))
        weights = self.activation(self.scores(products))
        return self.projection(self.total(self.weighted(weights, self.v_moved(self.v(x)))))

net = Attention()
net.eval()
inputs = torch.from_numpy(arrays["inputs"])
orion.fit(net, inputs[:1])
level = orion.compile(net)
net.he()
print(json.dumps({"moduli": scheme.encoder.get_moduli_chain()}), file=answers, flush=True)
"""


def orion(python: str, shape: Sequence[int], folder: Path) -> Peer:
    """Orion with the layer, before it has said anything."""
    made = matrices(*shape)
    arrays: dict[str, Any] = {
        f"{name}.{part}": array
        for name, pair in made.linear.items()
        for part, array in zip(("weight", "bias"), pair, strict=True)
    }
    for name in ("repeated", "moved", "summed", "polynomial", "inputs"):
        arrays[name] = getattr(made, name)
    path = folder / "layer.npz"
    np.savez(path, **{name: array.astype(np.float32) for name, array in arrays.items()})
    return started(python, WORKER, [str(path), LOG_N, LOG_Q, LOG_P, WEIGHT], folder, made.expected)


def main() -> None:
    """Take turns and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("python", help="the interpreter of Orion's environment")
    parser.add_argument("--shape", type=int, nargs=3, default=(16, 32, 4), help="tokens, features, heads")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--backend", action="append", default=[])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(orion(given.python, given.shape, folder)) as peer:
            log_q = sum(math.log2(modulus) for modulus in peer.answer()["moduli"])
            found = judge(SecurityFacts(LOG_N, log_q, float(sum(LOG_P)), "uniform_ternary"))
            about = f"N = 2^{LOG_N}, log QP {found.log_qp:.0f}, {found.bits}-bit security"
            compare(peer, suite(folder, *given.shape), folder, given.turns, given.backend, about=about)


if __name__ == "__main__":
    main()
