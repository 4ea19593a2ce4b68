"""One model, several polynomials: cells that answer the same samples of one original, side by side.

So that ways to a polynomial model, and degrees of its polynomials, are compared by what they reach and cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from reports.comparability import sample_set
from reports.figures import loss_with_interval
from reports.html.derived import sample_s, standing
from reports.ladder import HeldOutLadder
from reports.record import Record, Status
from reports.settings import untimed

#: The loss that is told.
LOST = ("original", "polynomial")


class Polynomials(NamedTuple):
    """How a checkpoint came to its polynomials; what is not known of it is None.

    Attributes:
        way: from nothing, from a pretrained model, or without training.
        attention: degrees of the polynomials within attention, as text.
        mlp: those of the MLPs.
    """

    way: str | None = None
    attention: str | None = None
    mlp: str | None = None


#: Digest of a checkpoint, as records have it in `origin.model` → how it came to its polynomials.
KnownPolynomials = Mapping[str, Polynomials]


def families(
    records: Sequence[Record], newest: Sequence[bool], known: KnownPolynomials
) -> list[dict[str, object]]:
    """Each group of cells of two checkpoints or more, the fastest first; of a checkpoint the newest record.

    Args:
        records: oldest first.
        newest: as `processes.newest` has it.
        known: what is known of checkpoints that are here.
    """
    groups: defaultdict[Hashable, dict[str, int]] = defaultdict(dict)
    for place, record in enumerate(records):
        if newest[place] and record.status is Status.OK and not untimed(record) and record.origin is not None:
            alike = _alike(record)
            if alike is not None:
                groups[alike][record.origin.model] = place
    found = [
        _family([(records[place], place, known.get(model, Polynomials())) for model, place in group.items()])
        for group in groups.values()
        if len(group) > 1
    ]
    return sorted(found, key=lambda family: str(family["title"]))


def _alike(record: Record) -> Hashable | None:
    """What cells of one family share: original, samples, library and machine; None where a record is of none.

    A record does not name its original: one of the same shape that reaches the same on the same samples is
    taken for it.
    """
    ladder, shape, machine = record.ladder, record.shape, record.environment
    block = ladder.held_out
    if block is None or shape is None or machine.cpu is None:
        return None
    _, _, samples = sample_set(record).rpartition("/")
    return (
        *(block.digest, block.samples, block.metric, block.original, ladder.original),
        *(shape.kind, shape.tokens, shape.width, shape.blocks, shape.embedding),
        *(standing(record), record.backend, record.parameter_set, samples, record.samples),
        *(machine.cpu, machine.cores, machine.threads, machine.os, record.evaluator, machine.python),
        *(tuple(sorted(one.items())) for one in (machine.libraries, machine.build)),
    )


def _family(members: Sequence[tuple[Record, int, Polynomials]]) -> dict[str, object]:
    first = members[0][0]
    block = first.ladder.held_out
    assert first.shape is not None
    assert block is not None
    sized = f"{first.shape.kind}, {first.shape.blocks} blocks of {first.shape.width}"
    fastest_first = sorted(members, key=lambda member: (sample_s(member[0]) is None, sample_s(member[0])))
    told = [_member(*member) for member in fastest_first]
    return {
        "title": f"{sized} on {' and '.join(sorted({record.suite for record, _, _ in members}))}",
        "metric": first.ladder.metric,
        "samples": block.samples,
        "members": told,
    }


def _member(record: Record, place: int, polynomials: Polynomials) -> dict[str, object]:
    block = record.ladder.held_out
    assert block is not None
    return {
        "place": place,
        **polynomials._asdict(),
        "original": block.original,
        "polynomial": block.polynomial,
        **_lost(block),
    }


def _lost(block: HeldOutLadder) -> dict[str, object]:
    """What is lost from the original, and the same with its paired interval; None where nothing tells."""
    for loss in block.drifts:
        if (loss.from_rung, loss.to_rung) == LOST:
            return {"lost": loss.mean, "lost_written": loss_with_interval(block, loss)}
    return {"lost": None, "lost_written": None}
