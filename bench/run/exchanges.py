"""What every kind of cell says to its parties, whatever its own requests are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from backends.parameters import ParameterSet
from bench.parties.conversation import OnEvent
from bench.parties.messages import (
    Batch,
    BatchFigures,
    Decrypt,
    Encrypted,
    Evaluate,
    Generated,
    Load,
    Loaded,
    Request,
)
from bench.parties.plain import taken
from bench.parties.wire import Shipment
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


def generate_keys(session: Session, request: Request[Generated]) -> Generated:
    """Start the key owner and have it make keys."""
    session.start("key_owner")
    session.report(Stage("key generation"))
    answer = session.ask("key_owner", request)
    session.peaks.keygen = session.peaks.key_owner  # it has done nothing else yet
    return answer


def load_keys(session: Session, parameters: ParameterSet, keys: Sequence[Shipment]) -> Loaded:
    """Have the evaluator load keys that were carried to it."""
    session.report(Stage("loading keys"))
    return session.ask("evaluator", Load(parameters, tuple(keys)))


def encrypt(session: Session, request: Request[Encrypted]) -> Encrypted:
    """Have the key owner encrypt, and carry each batch to the evaluator."""
    answer = session.ask("key_owner", request)
    for batch in answer.batches:
        session.carry("evaluator", batch)
    return answer


def evaluate(
    session: Session,
    batches: Sequence[Batch],
    probes: dict[str, list[Slots]],
    on_event: OnEvent | None = None,
    stage: str = EVALUATION,
    decrypting: Callable[[Batch], tuple[Slots, float]] | None = None,
) -> Evaluation:
    """Have the evaluator compute every batch, and the key owner decrypt.

    Args:
        session: the two parties.
        batches: that were carried to the evaluator.
        probes: what `on_event` fills.
        on_event: serves what the evaluator asks for under way.
        stage: what it is called.
        decrypting: has outputs decrypted; `decrypt` where it is left out.
    """
    decrypting = decrypting or partial(decrypt, session)
    session.report(Stage(stage, len(batches)))
    answer = session.ask("evaluator", Evaluate(tuple(batches)), on_event)
    session.report(Stage("decryption"))
    found = [decrypting(batch) for batch in answer.outputs]
    return Evaluation(
        outputs=np.stack([values for values, _ in found]),
        measured=answer.measured,
        probes=probes,
        decrypt_s=sum(seconds for _, seconds in found),
        ciphertexts_out_bytes=bytes_of(answer.outputs),
    )


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
