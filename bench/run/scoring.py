"""What the decrypted outputs of a workload are worth, computed from them and from the clear rungs alone.

Raw outputs are kept beside a record, so a cell whose scoring has changed is scored again and not run again.
Nothing here knows how the outputs came to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bench.run.errors import CellError
from bench.run.workload import Workload
from bench.spec.file import Limits
from models.graph import Array
from models.metrics.metric import held, scores
from reports.ladder import HeldOutLadder, Ladder
from reports.record import Status
from reports.scoring import ladder as scoring
from reports.scoring import precision
from reports.scoring.held_out import TITLES, held_out_ladder


@dataclass(frozen=True)
class Decrypted:
    """What a cell's evaluations decrypt to.

    Attributes:
        logits: `[samples, positions, classes]` of every evaluation, the cold one first.
        probes: layer → decrypted values of the cold one; None where layers were not probed.
        references: layer → the polynomial model's values in the shapes of `probes`.
    """

    logits: tuple[Array, ...]
    probes: Mapping[str, Array] | None = None
    references: Mapping[str, Array] | None = None


def check(workload: Workload, decrypted: Decrypted, limits: Limits) -> None:
    """See that every evaluation is as close to the polynomial model as the suite demands.

    Raises:
        CellError: one of them is not.
        ScoreError: its metric is more than a number holds.
    """
    for logits in decrypted.logits:
        compared, expected = logits[workload.stay], workload.expected[workload.stay]
        if not np.isfinite(compared).all():
            raise CellError(Status.FAILED, "the decrypted logits are not finite; the result is wrong")
        _check_precision(compared, expected, limits.precision_bits)
        # Random weights leave logits so close to each other that an error within the limit on precision
        # changes labels. That limit is relative to the logits themselves and stays.
        if workload.weights == "trained":
            if not workload.embeds and (workload.metric is None or workload.metric.answers_labels):
                _check_labels(compared, expected, limits.label_agreement)
            _check_score(workload, "encrypted", logits)


def _check_precision(encrypted: Array, expected: Array, least: float) -> None:
    bits = precision.precision_bits(encrypted, expected)
    if bits is not None and bits < least:
        raise _wrong(f"{bits:.1f} bits of precision and the suite demands {least:g}")


def _check_labels(encrypted: Array, expected: Array, least: float) -> None:
    agreement = precision.label_agreement(encrypted, expected)
    if agreement < least:
        raise _wrong(f"{agreement:.1%} of the labels and the suite demands {least:.1%}")


def _check_score(workload: Workload, model: str, logits: Array) -> None:
    """See that a finite number says how well the cell's samples are answered."""
    if workload.metric is not None:
        held(workload.metric, scores(workload.metric, logits, workload.labels), model)


def _wrong(found: str) -> CellError:
    return CellError(
        Status.FAILED, f"the decrypted logits share with the polynomial model's {found}; the result is wrong"
    )


def held_out(workload: Workload) -> HeldOutLadder | None:
    """The clear rungs on the whole held-out set, computed once for all cells of a case.

    None where there is no such set, and for random weights, whose scores would mean nothing.

    Raises:
        ScoreError: a rung's answers have no score, there or on the cell's samples.
    """
    if workload.weights == "random" or workload.metric is None or workload.held_out is None:
        return None
    for rung, logits in workload.logits.items():
        _check_score(workload, TITLES[rung], logits)
    return held_out_ladder(workload.metric.name, workload.scores, workload.held_out.digest)


def ladder(workload: Workload, decrypted: Decrypted | None, compared: HeldOutLadder | None) -> Ladder:
    """The metric down the rungs, how exact the encryption is, and the clear rungs on all that is held out.

    A workload of random weights has no metric: its ladder tells how exact the encryption is, nothing else.

    Args:
        workload: the case on its samples.
        decrypted: what the cell reached; None where nothing was decrypted.
        compared: see `held_out`.
    """
    found = decrypted if decrypted is not None and _is_finite(workload, decrypted) else None
    if workload.metric is None:
        return _unlabelled(workload, found)
    # Where every sample leaves an interval the cell has failed, and the clear rungs are told of all.
    stay = workload.stay if workload.stay.any() else np.ones_like(workload.stay)
    # A rung that is not finite where samples leave no interval has failed the cell; it has no metric.
    logits = {rung: one for rung, one in workload.logits.items() if np.isfinite(one[stay]).all()}
    if found is not None:
        logits["encrypted"] = found.logits[0]
    judged = scoring.ladder(
        logits,
        workload.labels,
        None if found is None else found.probes,
        None if found is None else found.references,
        metric=workload.metric.name,
        compared=stay,
    )
    if workload.weights == "random":
        return judged.model_copy(update=dict.fromkeys((*scoring.RUNGS, "nats")))
    return judged.model_copy(update={"held_out": compared})


def _is_finite(workload: Workload, decrypted: Decrypted) -> bool:
    """Whether the cold evaluation gave numbers; where it did not, the cell has failed and has no ladder.

    A sample that leaves an interval may have none.
    """
    values = (*(one[workload.stay] for one in decrypted.logits[:1]), *(decrypted.probes or {}).values())
    return bool(decrypted.logits) and all(np.isfinite(one).all() for one in values)


def _unlabelled(workload: Workload, decrypted: Decrypted | None) -> Ladder:
    """How exact the encryption is, where there is no label to judge a rung by."""
    if decrypted is None:
        return Ladder()
    layers = None
    if decrypted.probes is not None:
        layers = precision.layer_precision(decrypted.probes, decrypted.references or {})
    stay = workload.stay
    encrypted, expected = decrypted.logits[0][stay], workload.expected[stay]
    cosine = precision.least_cosine(encrypted, expected) if workload.embeds else None
    return Ladder(layers=layers, cosine=cosine, **scoring.exactness(encrypted, expected))
