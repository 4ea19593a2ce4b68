"""Adapters that do something else than the program says, each by one call into the real library."""

from __future__ import annotations

from pathlib import Path

#: A module of its own, as from another package: a party imports it by its place.
MODULE = """
from backends.registry import load_library

Base = load_library({adapter!r})


class Sabotaged(Base):
    @classmethod
    def evaluator(cls, parameters, folder, files):
        evaluator = super().evaluator(parameters, folder, files)
        spoil(evaluator)
        return evaluator


def once(method, spoilt):
    state = dict(done=False)

    def wrapper(*args):
        if state["done"]:
            return method(*args)
        state["done"] = True
        return spoilt(*args)

    return wrapper


def spoil(evaluator):
    {spoil}
"""

#: Runs one rotation that the program does not have.
EXTRA_ROTATION = """rotate_many = evaluator.rotate_many

    def twice(ciphertext, steps):
        rotate_many(ciphertext, steps)
        return rotate_many(ciphertext, steps)

    evaluator.rotate_many = once(rotate_many, twice)"""

#: The same, and keeps it from the counts.
UNCOUNTED_ROTATION = """rotate_many = evaluator.rotate_many

    def twice(ciphertext, steps):
        counts = dict(evaluator.counts)
        rotate_many(ciphertext, steps)
        evaluator.counts.clear()
        evaluator.counts.update(counts)
        return rotate_many(ciphertext, steps)

    evaluator.rotate_many = once(rotate_many, twice)"""

#: Leaves one product as it is.
LOST_RESCALE = "evaluator.rescale = once(evaluator.rescale, lambda product: product)"

#: Hands one ciphertext back unrefreshed.
SKIPPED_BOOTSTRAP = "evaluator.bootstrap = once(evaluator.bootstrap, lambda ciphertext: ciphertext)"

#: Notes its calls of a method; the first process that has it kills itself at one of them.
KILLED = """import os, signal
    from pathlib import Path

    method = evaluator.{method}
    mine = Path(f"calls-{{len(list(Path().glob('calls-*')))}}")
    mine.touch()

    def noting(*args):
        with mine.open("a") as file:
            file.write("{method} ")
        if mine.name == "calls-0" and mine.read_text().count("{method}") == {call}:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*args)

    evaluator.{method} = noting"""


def install(folder: Path, adapter: str, spoil: str) -> str:
    """Write the module to `folder`, which must be on the path, and name its adapter."""
    (folder / "sabotage.py").write_text(MODULE.format(adapter=adapter, spoil=spoil))
    return "sabotage:Sabotaged"
