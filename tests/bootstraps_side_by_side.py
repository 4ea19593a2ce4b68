"""OpenFHE's bootstraps two at a time: on all its threads one after the other, or both at once, a thread each.

    OMP_WAIT_POLICY=passive python -m tests.bootstraps_side_by_side NAME [--turns 3]

NAME is a parameter set's, as records write it. It runs where OpenFHE is installed, in turns, and prints all
seconds; nothing else should run beside. It is no test and no part of the package: what it measures is in
`docs/bootstraps.md`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from backends.interface import Ciphertext, Evaluator, KeyFile
from backends.openfhe.adapter import OpenFHE
from backends.parameters import ParameterSet

PAIR = ("first.bin", "second.bin")


def keys_and_pair(parameters: ParameterSet, folder: Path) -> list[KeyFile]:
    """Make the keys of a bootstrap and two ciphertexts that are to be bootstrapped, as files."""
    owner = OpenFHE.key_owner(parameters)
    files = owner.generate(folder, [], bootstrap=True)
    level, _ = parameters.bootstrap_levels or (0, 0)
    for name, values in zip(
        PAIR, np.random.default_rng(0).uniform(-1, 1, (2, parameters.slots)), strict=True
    ):
        owner.write(owner.encrypt(values, level), folder / name)
    return files


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
    found: dict[str, list[float]] = {"one after the other": [], "side by side": []}
    with tempfile.TemporaryDirectory() as folder:
        parameters, place = ParameterSet.named(asked.name), Path(folder)
        with ProcessPoolExecutor(1, get_context("spawn")) as key_owner:  # whose memory is then free
            files = key_owner.submit(keys_and_pair, parameters, place).result()
        evaluator = OpenFHE.evaluator(parameters, place, files)
        pair = [evaluator.read(place / name) for name in PAIR]
        evaluator.bootstrap(pair[0])  # a first one takes longer
        for _ in range(asked.turns):
            for name, way in (("one after the other", one_after_the_other), ("side by side", side_by_side)):
                found[name].append(seconds(way, evaluator, pair))
    for name, times in found.items():
        listed = ", ".join(f"{one:.2f}" for one in times)
        print(f"{name}: {listed} s a pair, median {statistics.median(times):.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
