"""What development scripts share that evaluate the same model by another system and by this engine, in turns.

The other system runs in a process of its own and answers each line, the number of a sample, with a line of
JSON: `evaluate_s`, `cpu_s` and `outputs`. Nothing else knows of these scripts.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.environments.declaration import DEFAULT_BUILD
from models.arrays import Array

ROOT = Path(__file__).resolve().parents[1]
EVALUATIONS = 5


class Peer:
    """Another system in a process of its own, with one sample's evaluations to ask for.

    Args:
        name: how it is called.
        command: what starts it.
        folder: where it runs.
        expected: `[samples, ...]` what the polynomial model answers in the clear.
        environment: variables beside those of this process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        expected: Array,
        environment: Mapping[str, str],
    ) -> None:
        self.name, self._log = name, folder / f"{name}.log"
        self._expected = expected.reshape(len(expected), -1)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=folder,
                env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            )

    def answer(self) -> dict[str, Any]:
        """The next line that it says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended; the last that it said:\n{self._log.read_text()[-1000:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    def turn(self) -> tuple[float, float, float]:
        """Medians of the seconds and the CPU's of `EVALUATIONS` samples, and the bits of all outputs."""
        assert self._process.stdin is not None
        samples = [index % len(self._expected) for index in range(EVALUATIONS)]
        found = []
        for sample in samples:
            self._process.stdin.write(f"{sample}\n")
            self._process.stdin.flush()
            found.append(self.answer())
        outputs, expected = np.array([one["outputs"] for one in found]), self._expected[samples]
        bits = -math.log2(np.abs(outputs - expected).max() / np.abs(expected).max())
        seconds, cpu = (statistics.median(one[name] for one in found) for name in ("evaluate_s", "cpu_s"))
        return seconds, cpu, bits

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)


def compare(
    peer: Peer,
    suite: Path,
    folder: Path,
    turns: int,
    backends: Sequence[str],
    build: str = DEFAULT_BUILD,
    about: str = "",
) -> None:
    """Take turns with the cells of a suite and print what each reaches, then the medians of the ratios."""
    ratios: dict[str, list[tuple[float, float]]] = {}
    reached: dict[str, str] = {}
    for turn in range(turns):
        theirs, their_cpu, bits = peer.turn()
        say(f"turn {turn}: {peer.name} {theirs:.3f} s, {their_cpu:.3f} s of CPU, {bits:.1f} bits")
        for record in _cells(suite, folder / f"turn{turn}", backends, build):
            ours = statistics.median(run["evaluate_s"] for run in record["latency"]["runs"])
            cell = f"{record['backend']} {record['parameter_set']}"
            cpu = record["latency"]["evaluate_cpu_s"]
            ratios.setdefault(cell, []).append((ours / theirs, cpu / their_cpu))
            reached[cell] = _described(record)
            say(f"turn {turn}: {cell} {ours:.3f} s, {cpu:.3f} s of CPU")
    say(f"{peer.name}: {about}; one sample a ciphertext")
    for cell, found in ratios.items():
        time, cpu = (statistics.median(column) for column in zip(*found, strict=True))
        say(f"{cell} / {peer.name}: {time:.2f} of the time, {cpu:.2f} of the CPU time; {reached[cell]}")


def _cells(suite: Path, folder: Path, backends: Sequence[str], build: str) -> Iterator[dict[str, Any]]:
    """The records of one run of a suite, which has to evaluate `EVALUATIONS` times."""
    chosen = [option for backend in backends for option in ("--backend", backend)]
    bench = [sys.executable, "-m", "bench"]
    run = [*bench, "run", str(suite), *chosen, "--repeats", str(EVALUATIONS), "--build", build]
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


def _described(record: dict[str, Any]) -> str:
    """What a cell reaches beside its time."""
    security = record["security"]
    return (
        f"{record['ladder']['precision_bits']:.1f} bits, {security['bits']}-bit security "
        f"(log QP {security['log_qp']:.0f}), {record['batch']} samples a ciphertext"
    )
