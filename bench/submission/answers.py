"""What the two parties of a submission tell each other, and themselves, of answers."""

from __future__ import annotations

from dataclasses import dataclass

from backends.tensor.layout import Layout, ValueLayout
from bench.parties.codec import Message
from bench.parties.messages import Batch


@dataclass(frozen=True)
class Answers(Message):
    """Where the answers of a batch of samples lie in decrypted slots."""

    layout: Layout
    value: ValueLayout


@dataclass(frozen=True)
class ComputedBatches(Message):
    """The encrypted answers, batch by batch."""

    batches: tuple[Batch, ...]
