"""What every kind of cell says to its parties, whatever its own requests are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backends.parameters import ParameterSet
from bench.parties.messages import (
    Batch,
    BatchFigures,
    Decrypt,
    Encrypted,
    Evaluated,
    Generated,
    Load,
    Loaded,
    Request,
)
from bench.parties.plain import taken
from bench.parties.wire import Crossed, Shipment
from bench.run.session import Session, Stage

Slots = NDArray[np.float64]

#: The file into which the key owner decrypts.
DECRYPTED = "decrypted.npy"
#: The stage in which all batches are computed, and the one in which those are that were spoiled, in halves.
EVALUATION, EVALUATION_OF_HALVES = "evaluation", "evaluation of halves"


@dataclass
class Evaluation:
    """One evaluation of all batches.

    Attributes:
        outputs: `[batches, ciphertexts, slots]`, or `[batches, rows, features]` of native types; decrypted.
        measured: the evaluator's figures, one a batch.
        probes: node name → `[batches, ciphertexts, slots]`, decrypted.
        decrypt_s: seconds to decrypt the outputs.
        ciphertexts_out_bytes: size of the outputs.
        held: how many samples each batch of the outputs holds; empty of native types.
        encrypt_again_s: seconds of encrypting samples again.
        again: the figures of `measured` that are of batches asked again (see `bench.run.splitting`).
    """

    outputs: Slots
    measured: Sequence[BatchFigures]
    probes: dict[str, list[Slots]]
    decrypt_s: float
    ciphertexts_out_bytes: int
    held: Sequence[int] = ()
    encrypt_again_s: float = 0.0
    again: Sequence[BatchFigures] = ()


@dataclass(frozen=True)
class Computed:
    """A batch that was evaluated and decrypted.

    Attributes:
        outputs: `[ciphertexts, slots]`, or `[rows, features]` of native types; decrypted.
        figures: the evaluator's.
        decrypt_s: seconds to decrypt the outputs.
        out_bytes: size of the outputs.
        probes: node name → `[ciphertexts, slots]`, decrypted.
        crossed: what crossed between the parties for it, its inputs apart.
        keys: names the keys under which it was computed.
    """

    outputs: Slots
    figures: BatchFigures
    decrypt_s: float
    out_bytes: int
    probes: Mapping[str, Slots] = field(default_factory=dict)
    crossed: Crossed = field(default_factory=Crossed)
    keys: str = ""


class Journal(Protocol):
    """The batches that were computed before, by the names that the cell gives them."""

    def find(self, name: str) -> Computed | None:
        """A batch, if it was computed and is intact."""

    def keep(self, name: str, computed: Computed) -> None:
        """Keep a batch."""


def generate_keys(session: Session, request: Request[Generated]) -> Generated:
    """Start the key owner and have it make keys."""
    session.start("key_owner")
    session.report(Stage("key generation"))
    answer = session.ask("key_owner", request)
    session.peaks.keygen = session.peaks.key_owner  # it has done nothing else yet
    return answer


def load_keys(
    session: Session, parameters: ParameterSet, keys: Sequence[Shipment], *, keep: bool = False
) -> Loaded:
    """Have the evaluator load keys that were carried to it, and keep their files where asked."""
    session.report(Stage("loading keys"))
    return session.ask("evaluator", Load(parameters, tuple(keys), keep))


def encrypt(session: Session, request: Request[Encrypted]) -> Encrypted:
    """Have the key owner encrypt, and carry each batch to the evaluator."""
    answer = session.ask("key_owner", request)
    for batch in answer.batches:
        session.carry("evaluator", batch)
    return answer


def evaluate(
    session: Session,
    batches: Sequence[Batch],
    compute: Callable[[int, Batch], Computed],
    stage: str = EVALUATION,
) -> Evaluation:
    """Have every batch computed and decrypted, one after the other.

    Args:
        session: the two parties.
        batches: that were carried to the evaluator.
        compute: has a batch of this number computed, and ends with `finished`.
        stage: what it is called.
    """
    session.report(Stage(stage, len(batches)))
    every = [compute(number, batch) for number, batch in enumerate(batches)]
    return Evaluation(
        outputs=np.stack([one.outputs for one in every]),
        measured=[one.figures for one in every],
        probes={name: [one.probes[name] for one in every] for name in every[0].probes},
        decrypt_s=sum(one.decrypt_s for one in every),
        ciphertexts_out_bytes=sum(one.out_bytes for one in every),
    )


def finished(
    session: Session,
    answer: Evaluated,
    *,
    last: bool,
    decrypting: Callable[[Batch], tuple[Slots, float]] | None = None,
) -> Computed:
    """A batch that the evaluator has computed, decrypted; of the last one it is told as a stage.

    Args:
        session: the parties.
        answer: of the evaluator.
        last: whether no other batch follows.
        decrypting: has outputs decrypted; `decrypt` where it is left out.
    """
    if last:
        session.report(Stage("decryption"))
    with session.spending.of("decrypt"):  # of a batch that others follow, too
        values, seconds = (decrypting or partial(decrypt, session))(answer.outputs)
    return Computed(values, answer.measured, seconds, bytes_of([answer.outputs]))


def decrypt(session: Session, shipments: Batch) -> tuple[Slots, float]:
    """Carry ciphertexts to the key owner and have it decrypt them.

    Returns:
        What they hold, and the seconds that it took.
    """
    session.carry("key_owner", shipments)
    answer = session.ask("key_owner", Decrypt(shipments, DECRYPTED))
    values: Slots = taken(session.wire.folder("key_owner") / DECRYPTED)
    return values, answer.seconds


def bytes_of(batches: Sequence[Batch]) -> int:
    """The size of all files of some batches."""
    return sum(shipment.size_bytes for batch in batches for shipment in batch)
