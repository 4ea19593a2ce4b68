"""Orion for development scripts: the end of what runs in its environment, and the peer that this makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from models.arrays import Array
from tests.peer import Peer

#: Answers each line with an evaluation. Before it there are `inputs`, a compiled `net`, its `level`, and
#: `answers`, what standard output was.
EVALUATING = """
for line in sys.stdin:
    sample = int(line)
    ciphertext = orion.encrypt(orion.encode(inputs[sample : sample + 1], level))
    began = time.perf_counter(), time.process_time()
    result = net(ciphertext)
    ended = time.perf_counter(), time.process_time()
    outputs = result.decrypt().decode().flatten().tolist()
    seconds = {"evaluate_s": ended[0] - began[0], "cpu_s": ended[1] - began[1]}
    print(json.dumps({**seconds, "outputs": outputs}), file=answers, flush=True)
"""


def started(python: str, worker: str, task: Sequence[object], folder: Path, expected: Array) -> Peer:
    """Orion, on one thread, before it has said anything.

    Args:
        python: the interpreter of its environment.
        worker: what runs there before `EVALUATING`.
        task: what that is told, by its first argument.
        folder: where it runs.
        expected: see `Peer`.
    """
    command = [python, "-c", worker + EVALUATING, json.dumps(task)]
    return Peer("Orion", command, folder, expected, {"GOMAXPROCS": "1"})
