"""Pyfhel's roles. Its methods change their argument unless told otherwise; each result here is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

import numpy as np
from Pyfhel import PyCtxt
from Pyfhel import Pyfhel as Binding

from backends.errors import ExecutionError
from backends.interface import (
    Capabilities,
    Ciphertext,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Library,
    Plaintext,
    SecurityFacts,
    Vector,
)
from backends.parameters import ParameterSet
from backends.pyfhel import galois_file
from backends.pyfhel.capabilities import capabilities
from backends.pyfhel.context import COMPRESSION, Context
from backends.seal.calls import counted, refusals, writing
from backends.seal.capabilities import SECRET, refuse_bootstrap
from backends.seal.keys import SUFFIX, KeyFolder, galois_element


class PyfhelKeyOwner(KeyOwner):
    """Holds the secret key, in the Pyfhel object."""

    def __init__(self, parameters: ParameterSet) -> None:
        self._parameters = parameters
        self._context = Context(parameters)
        self._binding = self._context.binding
        self._binding.keyGen()

    def generate(self, folder: Path, rotation_steps: Sequence[int], bootstrap: bool) -> list[KeyFile]:
        """Write the context and the keys; rotation keys are made and written one at a time, into one file."""
        refuse_bootstrap(bootstrap)
        files = KeyFolder(folder)
        with writing(folder):
            self._context.save(files.add("context", ".json"))
            self._binding.save_public_key(str(files.add("public_key")), COMPRESSION)
            self._binding.relinKeyGen()
            self._binding.save_relin_key(str(files.add("relinearisation_key")), COMPRESSION)
            if rotation_steps:
                target = files.add("rotation_keys")
                galois_file.merge(self._rotation_keys(rotation_steps, target.with_suffix(".single")), target)
        return files.files

    def make_keys(self, kind: str, steps: Sequence[int]) -> Keys:
        """See `KeyOwner.make_keys`; the keys stay in a Pyfhel object, and what is returned is their kind."""
        if kind == "public_key":
            self._spare.keyGen()
        elif kind == "relinearisation_key":
            self._binding.relinKeyGen()
        else:
            refuse_bootstrap(kind == "bootstrap_keys")
            self._binding.rotateKeyGen(list(steps))
        return kind

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`; names of their own, for a file of rotation keys holds all there are."""
        file = KeyFile(keys, f"measured_{keys}{SUFFIX}")
        save = {
            "public_key": self._spare.save_public_key,
            "relinearisation_key": self._binding.save_relin_key,
            "rotation_keys": self._binding.save_rotate_key,
        }[keys]
        with writing(folder):
            save(str(folder / file.name), COMPRESSION)
        return file

    @cached_property
    def _spare(self) -> Binding:
        """Another Pyfhel object, whose secret key may be made anew."""
        return Context(self._parameters).binding

    def _rotation_keys(self, steps: Sequence[int], path: Path) -> Iterator[tuple[int, Path]]:
        """Each step's Galois element and, at `path` until the next is asked for, its key."""
        step_of = {galois_element(step, self._parameters.n): step for step in steps}
        for element in sorted(step_of):
            self._binding.rotateKeyGen([step_of[element]])
            self._binding.save_rotate_key(str(path), COMPRESSION)
            yield element, path
            path.unlink()

    def encrypt(self, values: Vector, level: int) -> Ciphertext:
        """Encode and encrypt at `level` itself."""
        plaintext = self._context.encode(values, level, self._context.chain.scale(level))
        with refusals("an encryption"):
            return self._binding.encryptPtxt(plaintext)

    def decrypt(self, ciphertext: Ciphertext) -> Vector:
        """Decrypt and decode the real parts."""
        with refusals("a decryption"):
            return np.asarray(self._binding.decryptFrac(ciphertext))

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self._context.write(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self._context.read(path)

    def level(self, ciphertext: Ciphertext) -> int:
        """From the size of the ciphertext."""
        return self._context.level(ciphertext)

    def security(self) -> SecurityFacts:
        """From the context's primes."""
        return self._context.chain.security(SECRET)


class PyfhelEvaluator(Evaluator):
    """Computes with a Pyfhel object that is given public and evaluation keys only.

    Its decryption is never called: without a secret key it would end the process. Nor is an operation whose
    key is missing: Pyfhel would make one under a secret of its own, and the result would be noise.
    """

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        super().__init__()
        self._parameters = parameters
        keys = KeyFolder(folder, files)
        self._context = Context.load(parameters, keys.path("context"))
        self._binding = self._context.binding
        self._rotation_elements: set[int] = set()
        self._ones: dict[tuple[int, int], Plaintext] = {}
        keys.path("relinearisation_key")  # which the key owner always makes
        self._load(keys)

    def load_keys(self, folder: Path, file: KeyFile) -> None:
        """See `Evaluator.load_keys`; a file of rotation keys takes the place of those loaded before."""
        self._load(KeyFolder(folder, [file]))

    def _load(self, keys: KeyFolder) -> None:
        with refusals("the evaluation keys"):
            for path in keys.paths("relinearisation_key"):
                self._binding.load_relin_key(str(path))
            for path in keys.paths("rotation_keys"):
                self._rotation_elements = galois_file.elements(path)
                self._binding.load_rotate_key(str(path))

    def read(self, path: Path) -> Ciphertext:
        """Load what either role wrote."""
        return self._context.read(path)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """Save in SEAL's own format."""
        self._context.write(ciphertext, path)

    def level(self, ciphertext: Ciphertext) -> int:
        """From the size of the ciphertext."""
        return self._context.level(ciphertext)

    def encode(self, values: Vector | float, level: int) -> Plaintext:
        """Encode at the level's canonical scale."""
        return self._context.encode(values, level, self._context.chain.scale(level))

    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a + b."""
        with counted(self.counts, "additions"):
            return self._binding.add(a, b, in_new_ctxt=True)

    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a - b."""
        with counted(self.counts, "additions"):
            return self._binding.sub(a, b, in_new_ctxt=True)

    def negate(self, a: Ciphertext) -> Ciphertext:
        """-a."""
        with counted(self.counts, "negations"):
            return self._binding.negate(a, in_new_ctxt=True)

    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a + plaintext."""
        with counted(self.counts, "additions"):
            return self._binding.add_plain(a, plaintext, in_new_ctxt=True)

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """a·plaintext, not rescaled."""
        with counted(self.counts, "ct_pt"):
            return self._binding.multiply_plain(a, plaintext, in_new_ctxt=True)

    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """a·b, neither relinearised nor rescaled."""
        with counted(self.counts, "ct_ct"):
            return self._binding.multiply(a, b, in_new_ctxt=True)

    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """Back to two polynomials."""
        result = PyCtxt(copy_ctxt=product)
        with counted(self.counts, "relinearisations"):
            self._binding.relinearize(result)
        return result

    def rescale(self, product: Ciphertext) -> Ciphertext:
        """Divide by the level's prime; the scale must come out canonical."""
        result = PyCtxt(copy_ctxt=product)
        with counted(self.counts, "rescales"):
            self._binding.rescale_to_next(result)
        result.set_scale(self._context.chain.canonical(self.level(result), result.scale))
        return result

    def drop(self, a: Ciphertext, level: int) -> Ciphertext:
        """Switch to level + 1, multiply by 1.0 at the scale that fits, rescale."""
        chain, start = self._context.chain, self.level(a)
        one = self._one(start, level)
        result = PyCtxt(copy_ctxt=a)
        with counted(self.counts, "drops"):
            for _ in range(start - level - 1):
                self._binding.mod_switch_to_next_ctxt(result)
            self._binding.multiply_plain(result, one)
            self._binding.rescale_to_next(result)
        result.set_scale(chain.canonical(level, result.scale))
        return result

    def _one(self, start: int, level: int) -> Plaintext:
        """The plaintext that takes level `start` to `level`; kept, for a constant is slow to encode."""
        if (start, level) not in self._ones:
            scale = self._context.chain.drop_scale(start, level)
            self._ones[start, level] = self._context.encode(1.0, level + 1, scale)
        return self._ones[start, level]

    def rotate(self, a: Ciphertext, step: int) -> Ciphertext:
        """Rotate with the step's own key; Pyfhel would compose others where it is missing."""
        if galois_element(step, self._parameters.n) not in self._rotation_elements:
            raise ExecutionError(
                f"there is no key for a rotation by {step}; name the step when the keys are made"
            )
        with counted(self.counts, "rotations"):
            return self._binding.rotate(a, step, in_new_ctxt=True)


class Pyfhel(Library):
    """Pyfhel 3.5.0."""

    name: ClassVar[str] = "pyfhel"

    @classmethod
    def capabilities(cls, parameters: ParameterSet) -> Capabilities:
        """See `backends.pyfhel.capabilities`."""
        return capabilities(parameters)

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """A key owner with fresh keys."""
        return PyfhelKeyOwner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """An evaluator over the key owner's files."""
        return PyfhelEvaluator(parameters, folder, files)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """Pyfhel's version and, from the header of what SEAL saves, that of the SEAL it was built with."""
        binding = Binding()
        binding.contextGen("ckks", n=1024, scale=2.0**30, sec=0, qi_sizes=[40, 30, 40])
        header = binding.encodeFrac(np.ones(1)).to_bytes(COMPRESSION)
        return {"pyfhel": version("pyfhel"), "seal": f"{header[3]}.{header[4]}"}
