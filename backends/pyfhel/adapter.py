"""Pyfhel's roles. Its methods change their argument unless told otherwise; each result here is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
from Pyfhel import PyCtxt
from Pyfhel import Pyfhel as PyfhelBinding

from backends.errors import ExecutionError
from backends.interface import (
    Ciphertext,
    Evaluator,
    KeyFile,
    KeyOwner,
    Keys,
    Library,
    Plaintext,
    Vector,
)
from backends.parameters import ParameterSet
from backends.primitives import Primitive
from backends.pyfhel import bindings, galois_file
from backends.pyfhel.bindings import PyfhelObject
from backends.pyfhel.conjugation import mirrored
from backends.pyfhel.context import COMPRESSION, PyfhelContext
from backends.seal.calls import writing
from backends.seal.capabilities import refuse_bootstrap
from backends.seal.evaluator import SEALEvaluator, counted
from backends.seal.key_owner import SEALKeyOwner
from backends.seal.keys import KeyFolder, galois_element
from backends.single_keys import one_by_one

#: SEAL's step for the conjugation, as rotations have theirs, where keys are made.
_CONJUGATION = 0


@dataclass(frozen=True)
class MadeKeys(Keys):
    """A key, or the context, to be written; it stays in a Pyfhel object.

    Attributes:
        kind: as in `KeyFile`.
        holder: the object.
        step: the step of a rotation key, else None.
    """

    kind: str
    holder: PyfhelObject
    step: int | None = None


class PyfhelKeyOwner(SEALKeyOwner):
    """Holds the secret key, in the Pyfhel object."""

    def __init__(self, parameters: ParameterSet) -> None:
        context = PyfhelContext(parameters)
        super().__init__(context)
        self._parameters = parameters
        self._binding = context.binding
        self._binding.keyGen()

    def key_batches(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[Keys]:
        """See `KeyOwner.key_batches`; rotation keys are made one at a time."""
        refuse_bootstrap(bootstrap)
        yield MadeKeys("context", self._binding)
        yield MadeKeys("public_key", self._binding)
        yield from one_by_one(self, rotation_steps, conjugation)

    def make_keys(self, kind: str, steps: Sequence[int]) -> MadeKeys:
        """See `KeyOwner.make_keys`; rotation keys are made for one step at a time."""
        if kind == "public_key":
            self._spare.keyGen()
            return MadeKeys(kind, self._spare)
        if kind == "relinearisation_key":
            self._binding.relinKeyGen()
            return MadeKeys(kind, self._binding)
        if kind == "conjugation_key":
            self._binding.rotateKeyGen([_CONJUGATION])
            return MadeKeys(kind, self._binding)
        refuse_bootstrap(kind == "bootstrap_keys")
        (step,) = steps
        self._binding.rotateKeyGen([step])
        return MadeKeys(kind, self._binding, step)

    def write_keys(self, keys: Keys, folder: Path) -> KeyFile:
        """See `KeyOwner.write_keys`."""
        assert isinstance(keys, MadeKeys)
        files = KeyFolder(folder)
        with writing(folder):
            if keys.kind == "context":
                self._context.save(files.add(keys.kind, ".json"))
            elif keys.kind == "public_key":
                keys.holder.save_public_key(str(files.add(keys.kind)), COMPRESSION)
            elif keys.kind == "relinearisation_key":
                keys.holder.save_relin_key(str(files.add(keys.kind)), COMPRESSION)
            elif keys.kind == "conjugation_key":
                single = folder / "conjugation.galois"
                keys.holder.save_rotate_key(str(single), COMPRESSION)
                galois_file.as_relinearisation_key(single, files.add(keys.kind))
                single.unlink()
            else:
                assert keys.step is not None
                keys.holder.save_rotate_key(str(files.add_rotation(keys.step)), COMPRESSION)
        return files.files[0]

    def gather_keys(self, folder: Path, files: list[KeyFile]) -> list[KeyFile]:
        """See `KeyOwner.gather_keys`; Pyfhel loads one file of rotation keys for all."""
        singles = dict(KeyFolder(folder, files).rotations())
        if not singles:
            return files
        gathered = KeyFolder(folder, [file for file in files if file.kind != "rotation_keys"])
        with writing(folder):
            galois_file.merge(self._by_element(singles), gathered.add("rotation_keys"))
        return gathered.files

    @cached_property
    def _spare(self) -> PyfhelObject:
        """Another Pyfhel object, whose secret key may be made anew."""
        return PyfhelContext(self._parameters).binding

    def _by_element(self, singles: Mapping[int, Path]) -> Iterator[tuple[int, Path]]:
        """Each Galois element, ascending, and, until the next is asked for, the file of its one key."""
        paths = {galois_element(step, self._parameters.n): path for step, path in singles.items()}
        for element, path in sorted(paths.items()):
            yield element, path
            path.unlink()

    def _encrypt(self, plaintext: Plaintext) -> Ciphertext:
        return self._binding.encryptPtxt(plaintext)

    def _decrypt(self, ciphertext: Ciphertext) -> Vector:
        return np.asarray(self._binding.decryptFrac(ciphertext))


class PyfhelEvaluator(SEALEvaluator):
    """Computes with a Pyfhel object that is given public and evaluation keys only.

    Its decryption is never called: without a secret key it would end the process. Nor is an operation whose
    key is missing: Pyfhel would make one under a secret of its own, and the result would be noise. It has no
    call for a conjugation, which another object does with the conjugation's key.

    Attributes:
        context: SEAL's context.
    """

    context: PyfhelContext

    def __init__(self, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> None:
        keys = KeyFolder(folder, files)
        super().__init__(PyfhelContext.load(parameters, keys.path("context")))
        self._n = parameters.n
        self._binding = self.context.binding
        self._rotation_elements: set[int] = set()
        self._conjugator: PyfhelObject | None = None
        self._take(keys)

    def _load(self, keys: KeyFolder) -> None:
        """A file of rotation keys takes the place of all those loaded before."""
        for path in keys.paths("relinearisation_key"):
            self._binding.load_relin_key(str(path))
        for path in keys.paths("rotation_keys"):
            self._rotation_elements = galois_file.elements(path)
            self._binding.load_rotate_key(str(path))
        for path in keys.paths("conjugation_key"):
            self._conjugator = self.context.another()
            self._conjugator.load_relin_key(str(path))

    def _has_rotation_key(self, step: int) -> bool:
        return galois_element(step, self._n) in self._rotation_elements

    @counted(Primitive.ADD)
    def add(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.add`."""
        return self._binding.add(a, b, in_new_ctxt=True)

    @counted(Primitive.SUBTRACT)
    def subtract(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.subtract`."""
        return self._binding.sub(a, b, in_new_ctxt=True)

    @counted(Primitive.NEGATE)
    def negate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.negate`."""
        return self._binding.negate(a, in_new_ctxt=True)

    @counted(Primitive.ADD_PLAIN)
    def add_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.add_plain`."""
        return self._binding.add_plain(a, plaintext, in_new_ctxt=True)

    @counted(Primitive.MULTIPLY_PLAIN)
    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Ciphertext:
        """See `Evaluator.multiply_plain`."""
        return self._binding.multiply_plain(a, plaintext, in_new_ctxt=True)

    @counted(Primitive.MULTIPLY)
    def multiply(self, a: Ciphertext, b: Ciphertext) -> Ciphertext:
        """See `Evaluator.multiply`."""
        return self._binding.multiply(a, b, in_new_ctxt=True)

    @counted(Primitive.RELINEARISE)
    def relinearise(self, product: Ciphertext) -> Ciphertext:
        """See `Evaluator.relinearise`."""
        result = _copy(product)
        self._binding.relinearize(result)
        return result

    @counted(Primitive.RESCALE)
    def _rescaled(self, product: Ciphertext) -> Ciphertext:
        result = _copy(product)
        self._binding.rescale_to_next(result)
        return result

    @counted(Primitive.DROP)
    def _dropped(self, a: Ciphertext, start: int, level: int, one: Plaintext) -> Ciphertext:
        result = _copy(a)
        for _ in range(start - level - 1):
            self._binding.mod_switch_to_next_ctxt(result)
        self._binding.multiply_plain(result, one)
        self._binding.rescale_to_next(result)
        return result

    @counted(Primitive.ROTATE)
    def _rotated(self, a: Ciphertext, step: int) -> Ciphertext:
        return self._binding.rotate(a, step, in_new_ctxt=True)

    @counted(Primitive.CONJUGATE)
    def conjugate(self, a: Ciphertext) -> Ciphertext:
        """See `Evaluator.conjugate`; Pyfhel relinearises here, see `backends.pyfhel.conjugation`."""
        if self._conjugator is None:
            raise ExecutionError("there is no key for a conjugation; ask for it when the keys are made")
        result: Ciphertext = PyCtxt(pyfhel=self._binding)
        told = bindings.ciphertext(result)
        told.from_bytes(mirrored(bindings.ciphertext(a).to_bytes(COMPRESSION)))
        self._conjugator.relinearize(result)
        return result


def _copy(ciphertext: Ciphertext) -> Ciphertext:
    """A ciphertext that an operation may change."""
    copied: Ciphertext = PyCtxt(copy_ctxt=ciphertext)
    return copied


class Pyfhel(Library):
    """Pyfhel 3.5.0."""

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
        binding: PyfhelObject = PyfhelBinding()
        binding.contextGen("ckks", n=1024, scale=2.0**30, sec=0, qi_sizes=[40, 30, 40])
        header = bindings.plaintext(binding.encodeFrac(np.ones(1))).to_bytes(COMPRESSION)
        return {"pyfhel": version("pyfhel"), "seal": f"{header[3]}.{header[4]}"}
