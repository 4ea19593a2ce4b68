"""One of several key owners on OpenFHE: its share of the secret key, and what is made with it.

Key owners add up what they make in turns, so that each is handed the sum of those before it. The random part
of a key is the first one's; the others add to the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import openfhe

from backends.heap import give_back
from backends.interface import Ciphertext, ComplexVector, KeyFile, SecurityFacts, Vector
from backends.openfhe import bindings
from backends.openfhe.bindings import AutomorphismKeys, EvaluationKey, PublicKey, SecretKey
from backends.openfhe.capabilities import capabilities
from backends.openfhe.context import Encoder, conjugation_index, make_context
from backends.openfhe.decoding import decoded
from backends.openfhe.facts import security_facts
from backends.openfhe.files import (
    read_automorphism_keys,
    read_ciphertext,
    read_evaluation_key,
    read_public_key,
    write,
    write_ciphertext,
)
from backends.openfhe.footprint import KEYS_PER_FILE
from backends.parameters import ParameterSet
from backends.stopwatch import Stopwatch
from backends.threshold import JointKey, ShareHolder

#: What the relinearisation key is made from: the joint key that switches from the secret to itself.
BASE = "relinearisation_base"


class OpenFHEShareHolder(ShareHolder):
    """Holds a share of the secret key; its evaluation keys pass through OpenFHE's process-wide maps.

    `flooding_bits` is the library's constant `NoiseFlooding::MP_SD`, whatever the scale.
    """

    flooding_bits = 20.0

    def __init__(self, parameters: ParameterSet, number: int) -> None:
        self._parameters, self._number = parameters, number
        self._context = make_context(parameters)
        self._encoder = Encoder(self._context, parameters)
        self._secret: SecretKey
        self._public_key: PublicKey
        self._base: EvaluationKey
        self._relinearisation_key_bytes = 0

    @property
    def _last(self) -> bool:
        """Whether this one writes keys as the evaluator loads them."""
        return self._number == self._parameters.parties - 1

    @property
    def _tag(self) -> str:
        """That of everything which is encrypted under the joint key."""
        return self._public_key.GetKeyTag()

    def joint_keys(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Sequence[JointKey]:
        """See `ShareHolder.joint_keys`; those of a bootstrap are of rotations and of the conjugation."""
        return [
            JointKey(KeyFile("public_key", "public_key.bin"), for_owners=True),
            JointKey(KeyFile(BASE, f"{BASE}.bin"), for_owners=True, for_evaluator=False),
            JointKey(KeyFile("relinearisation_key", "relinearisation_key.bin")),
            *self._automorphism_keys(rotation_steps, bootstrap, conjugation),
        ]

    def _automorphism_keys(
        self, rotation_steps: Sequence[int], bootstrap: bool, conjugation: bool
    ) -> Iterator[JointKey]:
        """A few at a time; one that the bootstrap needs as well is made once."""
        of_bootstrap = capabilities(self._parameters).bootstrap_steps if bootstrap else ()
        if conjugation or bootstrap:
            kind = "bootstrap_keys" if bootstrap else "conjugation_key"
            yield JointKey(KeyFile(kind, f"{kind}.bin"), conjugates=True)
        others = [step for step in rotation_steps if step not in of_bootstrap]
        for kind, steps in (("bootstrap_keys", of_bootstrap), ("rotation_keys", others)):
            for start in range(0, len(steps), KEYS_PER_FILE):
                file = KeyFile(kind, f"{kind}_{start // KEYS_PER_FILE:03d}.bin")
                yield JointKey(file, tuple(steps[start : start + KEYS_PER_FILE]))

    def contribute(
        self, key: JointKey, received: Path | None, folder: Path, making: Stopwatch, writing: Stopwatch
    ) -> KeyFile:
        """See `ShareHolder.contribute`."""
        path = folder / key.file.name
        if key.file.kind == "public_key":
            self._public(received, path, making, writing)
        elif key.file.kind == BASE:
            self._relinearisation_base(received, path, making, writing)
        elif key.file.kind == "relinearisation_key":
            self._relinearisation(received, path, making, writing)
        else:
            self._automorphisms(key, received, path, making, writing)
        return key.file

    def _public(self, received: Path | None, path: Path, making: Stopwatch, writing: Stopwatch) -> None:
        if received is None:
            with making:
                pair = self._context.KeyGen()
        else:
            with writing:
                before = read_public_key(received)
            with making:
                pair = self._context.MultipartyKeyGen(before)
        self._secret = pair.secretKey
        with writing:
            _write(pair.publicKey, path)

    def _relinearisation_base(
        self, received: Path | None, path: Path, making: Stopwatch, writing: Stopwatch
    ) -> None:
        """A key that switches from the secret to itself: the sum over all shares, under the sum of them."""
        if received is None:
            with making:
                total = self._context.KeySwitchGen(self._secret, self._secret)
        else:
            with writing:
                before = read_evaluation_key(received)
            with making:
                own = self._context.MultiKeySwitchGen(self._secret, self._secret, before)
                total = self._context.MultiAddEvalKeys(before, own, self._tag)
        with writing:
            _write(total, path)

    def _relinearisation(
        self, received: Path | None, path: Path, making: Stopwatch, writing: Stopwatch
    ) -> None:
        """The joint base times this share; the sum of these switches from the secret's square."""
        with making:
            total = self._context.MultiMultEvalKey(self._secret, self._base, self._tag)
        if received is not None:
            with writing:
                before = read_evaluation_key(received)
            with making:
                total = self._context.MultiAddEvalMultKeys(before, total, self._tag)
        with writing:
            if not self._last:
                _write(total, path)
                return
            openfhe.CryptoContext.InsertEvalMultKey([total], self._tag)
            self._relinearisation_key_bytes = write(openfhe.CryptoContext.SerializeEvalMultKey, path)
            openfhe.ClearEvalMultKeys()

    def _automorphisms(
        self, key: JointKey, received: Path | None, path: Path, making: Stopwatch, writing: Stopwatch
    ) -> None:
        indices = [self._context.FindAutomorphismIndex(step) for step in key.steps]
        if key.conjugates:
            indices.append(conjugation_index(self._parameters))
        if received is None:
            with making:
                total = self._first_automorphisms(indices)
        else:
            with writing:
                before = read_automorphism_keys(received)
            with making:
                own = self._context.MultiEvalAutomorphismKeyGen(self._secret, before, indices, self._tag)
                total = self._context.MultiAddEvalAutomorphismKeys(before, own, self._tag)
                del before, own
        with writing:
            if self._last:
                openfhe.CryptoContext.InsertEvalAutomorphismKey(total, self._tag)
                write(openfhe.CryptoContext.SerializeEvalAutomorphismKey, path)
            else:
                _write(total, path)
        openfhe.CryptoContext.ClearEvalAutomorphismKeys()
        del total
        give_back()

    def _first_automorphisms(self, indices: list[int]) -> AutomorphismKeys:
        """Those under the first share, which OpenFHE puts into its maps."""
        self._context.EvalAutomorphismKeyGen(self._secret, indices)
        made: AutomorphismKeys = openfhe.CryptoContext.GetEvalAutomorphismKeyMap(self._secret.GetKeyTag())
        return made

    def adopt(self, kind: str, path: Path) -> None:
        """See `ShareHolder.adopt`."""
        if kind == BASE:
            self._base = read_evaluation_key(path)
        else:
            self._public_key = read_public_key(path)

    def encrypt(self, values: Vector | ComplexVector, level: int) -> Ciphertext:
        """See `ShareHolder.encrypt`; made at its level."""
        return self._context.Encrypt(self._public_key, self._encoder.encode(values, level))

    def share(self, ciphertext: Ciphertext) -> Ciphertext:
        """See `ShareHolder.share`; the first one's holds the part that no share multiplies."""
        first = self._number == 0
        call = self._context.MultipartyDecryptLead if first else self._context.MultipartyDecryptMain
        (share,) = call([ciphertext], self._secret)
        return share

    def fuse(self, shares: Sequence[Ciphertext]) -> Vector:
        """See `ShareHolder.fuse` and `decoded`."""
        return decoded(lambda: self._context.MultipartyDecryptFusion(list(shares)), self._parameters.slots)

    def begin_bootstrap(self, ciphertext: Ciphertext) -> tuple[Ciphertext, Ciphertext]:
        """See `ShareHolder.begin_bootstrap`; what is ready has few primes, and so little is sent."""
        ready = self._context.IntMPBootAdjustScale(ciphertext)
        return ready, self._context.IntMPBootRandomElementGen(self._public_key)

    def share_bootstrap(self, ready: Ciphertext, random: Ciphertext) -> Sequence[Ciphertext]:
        """See `ShareHolder.share_bootstrap`; made of the polynomial that the secret multiplies."""
        multiplied = bindings.ciphertext(ready).Clone()
        multiplied.SetElements(multiplied.GetElements()[1:])
        return self._context.IntMPBootDecrypt(self._secret, bindings.opaque(multiplied), random)

    def finish_bootstrap(
        self, ready: Ciphertext, random: Ciphertext, shares: Sequence[Sequence[Ciphertext]]
    ) -> Ciphertext:
        """See `ShareHolder.finish_bootstrap`."""
        together = self._context.IntMPBootAdd([list(pair) for pair in shares])
        return self._context.IntMPBootEncrypt(self._public_key, together, random, ready)

    def write(self, ciphertext: Ciphertext, path: Path) -> None:
        """See `ShareHolder.write`."""
        write_ciphertext(ciphertext, path)

    def read(self, path: Path) -> Ciphertext:
        """See `ShareHolder.read`."""
        return read_ciphertext(path)

    def security(self) -> SecurityFacts:
        """See `security_facts`; judged as one share is, since the others may know all the rest."""
        return security_facts(self._context, self._parameters, self._relinearisation_key_bytes)


def _write(made: PublicKey | EvaluationKey | AutomorphismKeys, path: Path) -> None:
    write(lambda name, form: openfhe.SerializeToFile(name, made, form), path)
