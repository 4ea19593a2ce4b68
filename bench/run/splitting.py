"""Every sample's answer, though one spoils its batch: a spoiled batch is split in two and asked again.

A value beyond the ciphertext modulus comes back less some multiple of it, and where that happens to
coefficients, every slot of the ciphertext is lost with it (see `backends.headroom`). The key owner sees that
when it decrypts. There is no number; or one far beyond what the model's owner says of its answers; or, where
a batch has places to spare, in which its samples come again, their answers differ there. It encrypts the
halves of such a batch by themselves, until the sample that spoils it stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backends.program import Program
from backends.tensor.layout import ValueLayout, filled, unpack_batches
from bench.parties.messages import Batch
from bench.run.exchanges import EVALUATION, EVALUATION_OF_HALVES, Evaluation, Slots
from bench.run.program_parties import ProgramParties
from models.graph import Array
from models.reference import Inputs

#: An answer this many times as large as the usual one is looked into: its batch is split. Alone, it may be so
#: many times as large and stand.
LARGE, LARGEST = 4.0, 16.0
#: How far a sample's answers in two places may differ, as a part of the usual answer.
DIFFERENCE = 0.5
#: After so many rounds in which no answer stood, it is no sample that spoils them.
HOPELESS = 3


@dataclass(frozen=True)
class Asked:
    """A batch that the evaluator is asked to compute: the samples from `start` to before `stop`.

    Attributes:
        encrypt_s: seconds of encrypting it, where that was done for this batch alone.
    """

    start: int
    stop: int
    batch: Batch
    encrypt_s: float = 0.0

    @property
    def count(self) -> int:
        """How many samples it holds."""
        return self.stop - self.start


@dataclass(frozen=True)
class Answered:
    """A batch that is not asked again: its answers stand, or are not numbers.

    Attributes:
        count: how many samples it holds.
        found: the evaluation in which it is.
        number: its number there.
    """

    count: int
    found: Evaluation
    number: int


@dataclass(frozen=True)
class Splitting:
    """The key owner's samples, and what it knows of their answers.

    Attributes:
        parties: the two parties, ready to compute.
        program: what they compute.
        samples: all of them.
        usual: the usual magnitude of a sample's largest output, which the model's owner tells; infinite where
            nothing is known of it.
    """

    parties: ProgramParties
    program: Program
    samples: Inputs
    usual: float

    def evaluate(self, batches: Sequence[Batch], repeat: int = 0) -> Evaluation:
        """The answers of all samples; those of one that spoils a batch of its own are not numbers.

        Args:
            batches: all samples, encrypted in their order.
            repeat: which of the cell's evaluations it is; the first is 0.
        """
        size, count = self.program.layout.samples, len(self.samples)
        asked = [Asked(i * size, min((i + 1) * size, count), batch) for i, batch in enumerate(batches)]
        rounds: list[Evaluation] = []
        answered: dict[int, Answered] = {}
        encrypt_s, some_stand = 0.0, False
        while asked:
            stage = EVALUATION_OF_HALVES if rounds else EVALUATION
            names = [f"{repeat}.{one.start}-{one.stop}" for one in asked]
            found = self.parties.evaluate([one.batch for one in asked], stage, names)
            rounds.append(found)
            encrypt_s += sum(one.encrypt_s for one in asked)
            stand = [self._stands(found.outputs[number], one.count) for number, one in enumerate(asked)]
            some_stand = some_stand or any(stand)
            splits = some_stand or len(rounds) < HOPELESS
            spoiled = []
            for number, one in enumerate(asked):
                if not stand[number] and one.count > 1 and splits:
                    spoiled.append(one)
                    continue
                if not stand[number]:
                    found.outputs[number] = np.nan
                answered[one.start] = Answered(one.count, found, number)
            asked = [half for one in spoiled for half in self._halves(one)]
        return _joined([answered[start] for start in sorted(answered)], rounds, encrypt_s)

    def _stands(self, slots: Slots, count: int) -> bool:
        every = decode(self.program, self.program.output_layout, slots[None], self.program.layout.samples)
        if not np.isfinite(every).all():
            return False
        largest = (LARGE if count > 1 else LARGEST) * self.usual
        differences = np.abs(every - filled(self.program.layout, every[:count]))
        return bool(np.abs(every[:count]).max() <= largest and differences.max() <= DIFFERENCE * self.usual)

    def _halves(self, spoiled: Asked) -> list[Asked]:
        middle = (spoiled.start + spoiled.stop) // 2
        return [self._again(spoiled.start, middle), self._again(middle, spoiled.stop)]

    def _again(self, start: int, stop: int) -> Asked:
        encrypted = self.parties.encrypt(self.samples[start:stop], self.program)
        return Asked(start, stop, encrypted.batches[0], encrypted.seconds)


def decode(program: Program, layout: ValueLayout, slots: Slots, count: int) -> Array:
    """The first `count` samples of a value from `[batches, ciphertexts, slots]`.

    A model's output becomes `[samples, positions, classes]`, as `reference.outputs` gives it.
    """
    return unpack_batches(program.layout, layout, map(list, slots))[:count]


def decode_each(
    program: Program, layout: ValueLayout, batches: Iterable[Slots], counts: Sequence[int]
) -> Array:
    """All samples of a value from batches that hold so many of them each."""
    return np.concatenate(
        [decode(program, layout, batch[None], count) for batch, count in zip(batches, counts, strict=True)]
    )


def _joined(answered: Sequence[Answered], rounds: Sequence[Evaluation], encrypt_s: float) -> Evaluation:
    """One evaluation of all: the batches whose answers stand, and what all of them took."""
    return Evaluation(
        outputs=np.stack([one.found.outputs[one.number] for one in answered]),
        measured=[figures for found in rounds for figures in found.measured],
        probes={name: [one.found.probes[name][one.number] for one in answered] for name in rounds[0].probes},
        decrypt_s=sum(found.decrypt_s for found in rounds),
        ciphertexts_out_bytes=sum(found.ciphertexts_out_bytes for found in rounds),
        held=[one.count for one in answered],
        encrypt_again_s=encrypt_s,
        again=[figures for found in rounds[1:] for figures in found.measured],
    )
