"""What is told of samples that leave an interval: which, where, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from bench.run.exchanges import Evaluation
from bench.run.scoring import Decrypted
from bench.run.workload import Workload
from models.graph import Array
from reports.record import Runaway, Runaways


def found(
    workload: Workload, decrypted: Decrypted | None, evaluations: Sequence[Evaluation]
) -> Runaways | None:
    """The record's block; None where no sample leaves an interval, or nothing was decrypted."""
    if decrypted is None or not workload.departures:
        return None
    answered = _answered(decrypted.logits[0], workload.expected)
    again = [figures for one in evaluations[:1] for figures in one.again]
    return Runaways(
        samples=[
            Runaway(
                sample=workload.ids[one.sample],
                layer=one.layer,
                reach=one.reach if isfinite(one.reach) else None,
                answered=bool(answered[one.sample]),
            )
            for one in workload.departures
        ],
        batches_again=len(again),
        again_s=sum(figures.evaluate_s for figures in again),
    )


def _answered(encrypted: Array, expected: Array) -> NDArray[np.bool_]:
    """Whether a sample has an answer, and the label is the one that it has in the clear: `[samples]`."""
    numbers = np.isfinite(encrypted) & np.isfinite(expected)
    same = encrypted.argmax(axis=-1) == expected.argmax(axis=-1)
    return np.asarray(numbers.all(axis=(1, 2)) & same.all(axis=1))


def told(block: Runaways | None) -> str | None:
    """The sentence beside the status of a cell whose other samples have their answers."""
    if block is None:
        return None
    text = "; ".join(map(_sentence, block.samples))
    if not block.batches_again:
        return text
    return f"{text}; {block.batches_again} batches were asked again so that the others have their answers"


def _sentence(one: Runaway) -> str:
    far = "beyond all numbers" if one.reach is None else f"{one.reach:.3g} times as far as allowed"
    became = "its answer stands" if one.answered else "it has no answer and counts as wrong"
    return f"sample {one.sample} leaves the interval of {one.layer}, {far}; {became}"
