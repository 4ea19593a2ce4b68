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
        spoil(evaluator, folder)
        return evaluator

    @classmethod
    def key_owner(cls, parameters):
        owner = super().key_owner(parameters)
        betray(owner, lambda: super(Sabotaged, cls).key_owner(parameters))
        return owner

    @classmethod
    def share_holder(cls, parameters, number):
        holder = super().share_holder(parameters, number)
        betray(holder, lambda: super(Sabotaged, cls).share_holder(parameters, number))
        return holder


def once(method, spoilt):
    state = dict(done=False)

    def wrapper(*args):
        if state["done"]:
            return method(*args)
        state["done"] = True
        return spoilt(*args)

    return wrapper


def spoil(evaluator, folder):
    {spoil}


def betray(owner, another):
    {betray}
"""

#: What an honest side does in its place.
HONEST = "return"

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

#: Stops itself in the middle of its work, until somebody has it go on.
STOPPED = """import os, signal
    rescale = evaluator.rescale

    def stopped(product):
        os.kill(os.getpid(), signal.SIGSTOP)
        return rescale(product)

    evaluator.rescale = once(rescale, stopped)"""

#: Sends an encryption of zeros in place of every result.
ZEROS = """write = evaluator.write

    def zeros(ciphertext, path):
        counts = dict(evaluator.counts)
        write(evaluator.subtract(ciphertext, ciphertext), path)
        evaluator.counts.clear()
        evaluator.counts.update(counts)

    evaluator.write = zeros"""

#: Sends the first of its ciphertexts again and again.
REPLAYED = """write, sent = evaluator.write, []

    def replay(ciphertext, path):
        sent.append(ciphertext)
        write(sent[0], path)

    evaluator.write = replay"""

#: Takes the ciphertext that came before for each that comes.
STALE = """read, came = evaluator.read, []

    def stale(path):
        came.append(read(path))
        return came[-2 if len(came) > 1 else -1]

    evaluator.read = stale"""

#: Takes the samples of each batch for those of its neighbour, and so exchanges the results of two batches.
SWAPPED = """read, came = evaluator.read, set()

    def exchanged(path):
        came.update([] if came else path.parent.glob(f"{path.name.rpartition('_')[0]}_*"))
        stem, _, number = path.name.rpartition("_")
        other = path.with_name(f"{stem}_{int(number) ^ 1}")
        return read(other if {path, other} <= came else path)

    evaluator.read = exchanged"""

#: Flips a bit of a ciphertext before its digest is made, so that it arrives as it was sent.
TAMPERED = """write = evaluator.write

    def flipped(ciphertext, path):
        write(ciphertext, path)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))

    evaluator.write = flipped"""

#: Multiplies one constant of the model by another number.
PERTURBED = """encode = evaluator.encode
    evaluator.encode = once(encode, lambda values, level: encode(1.5 * values, level))"""

#: Encodes every constant with five bits behind the point, as of a scale that is too small.
COARSE = """import numpy as np
    encode = evaluator.encode
    evaluator.encode = lambda values, level: encode(np.round(32 * values) / 32, level)"""

#: Looks for what the key owner has in its folder.
PEEPING = "list((folder.parent / 'key_owner').iterdir())"

#: A key owner's: it decrypts with another secret key than that of which it gave keys away.
WRONG_KEY = """import pathlib, tempfile
    from backends.stopwatch import Stopwatch
    other = another()
    places = dict(making=Stopwatch(), writing=Stopwatch())
    other.generate(pathlib.Path(tempfile.mkdtemp()), (), False, False, **places)
    owner.decrypt = other.decrypt"""

#: A key owner's: the key of one rotation is not made.
MISSING_KEY = """batches = owner.key_batches
    owner.key_batches = lambda steps, *others: batches(steps[1:], *others)"""

#: A key owner's: it sends its secret key along, so that the evaluator can decrypt.
SENT_SECRET = """from backends.interface import KeyFile
    generate = owner.generate

    def generous(folder, *asked, **times):
        files = generate(folder, *asked, **times)
        (folder / "secret").write_bytes(b"the secret key")
        return [*files, KeyFile("secret_key", "secret")]

    owner.generate = generous"""


def install(folder: Path, adapter: str, spoil: str = HONEST, betray: str = HONEST) -> str:
    """Write the module to `folder`, which must be on the path, and name its adapter.

    Args:
        folder: where it goes.
        adapter: whose calls it changes.
        spoil: what it does to an evaluator.
        betray: what it does to a key owner, or to one of several.
    """
    (folder / "sabotage.py").write_text(MODULE.format(adapter=adapter, spoil=spoil, betray=betray))
    return "sabotage:Sabotaged"
