"""OpenFHE's bootstraps two at a time: on all its threads one after the other, or both at once, a thread each.

    OMP_WAIT_POLICY=passive python -m tests.bootstraps_side_by_side NAME [--turns 3]

NAME is a parameter set's, as records write it. It runs where OpenFHE is installed,
with key owner and evaluator in one process, in turns, and prints each turn's seconds; nothing else should run
beside. It is no test and no part of the package: what it measures is in `docs/bootstraps.md`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from backends.interface import Ciphertext, Evaluator
from backends.openfhe.adapter import OpenFHE
from backends.parameters import ParameterSet


def one_after_the_other(evaluator: Evaluator, pair: list[Ciphertext]) -> None:
    """On all threads of the library."""
    for one in pair:
        evaluator.bootstrap(one)


def side_by_side(evaluator: Evaluator, pair: list[Ciphertext]) -> None:
    """On one thread each."""
    with ThreadPoolExecutor(len(pair), initializer=evaluator.one_thread) as workers:
        barrier = threading.Barrier(len(pair))

        def both(one: Ciphertext) -> None:
            barrier.wait()
            evaluator.bootstrap(one)

        list(workers.map(both, pair))


def seconds(
    way: Callable[[Evaluator, list[Ciphertext]], None], evaluator: Evaluator, pair: list[Ciphertext]
) -> float:
    """How long a pair takes."""
    started = time.perf_counter()
    way(evaluator, pair)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name")
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    parameters = ParameterSet.named(asked.name)
    level, _ = parameters.bootstrap_levels or (0, 0)
    found: dict[str, list[float]] = {"one after the other": [], "side by side": []}
    with tempfile.TemporaryDirectory() as folder:
        owner = OpenFHE.key_owner(parameters)
        files = owner.generate(Path(folder), [], bootstrap=True)
        evaluator = OpenFHE.evaluator(parameters, Path(folder), files)
        drawn = np.random.default_rng(0).uniform(-1, 1, (2, parameters.slots))
        pair = [owner.encrypt(values, level) for values in drawn]
        evaluator.bootstrap(pair[0])  # a first one takes longer
        for _ in range(asked.turns):
            for name, way in (("one after the other", one_after_the_other), ("side by side", side_by_side)):
                found[name].append(seconds(way, evaluator, pair))
    for name, times in found.items():
        listed = ", ".join(f"{one:.2f}" for one in times)
        print(f"{name}: {listed} s a pair, median {statistics.median(times):.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
