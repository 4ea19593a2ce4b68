"""What a planned cell will take: seconds by stage, the memory of each party, keys and disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backends.costs import Costs, Needs
from backends.program import Program
from backends.registry import Descriptor
from bench.run.prediction import stages
from bench.run.prediction.predictor import Predictor
from bench.run.prediction.work import Setting

#: Part of the memory left that constants encoded ahead may take. The rest is for the key owner, for this
#: process, and for what the estimates miss; a constant without room costs milliseconds at each use.
CONSTANTS_SHARE = 0.6


@dataclass(frozen=True)
class Prediction:
    """What is told of a cell before it runs.

    Attributes:
        seconds: by the record's names of the parts of its wall time, in their order.
        primitives: seconds of the evaluation by primitive.
        needs: bytes of memory, where a party of each kind has a process.
        kept_bytes: of the constants, those that find room to be encoded ahead.
        disk_bytes: keys' files and ciphertexts.
    """

    seconds: Mapping[str, float]
    primitives: Mapping[str, float]
    needs: Needs
    kept_bytes: int
    disk_bytes: int

    @property
    def wall_s(self) -> float:
        """The life of both parties."""
        return sum(self.seconds.values())

    @property
    def evaluator_bytes(self) -> int:
        """The evaluator's peak."""
        return self.needs.evaluator_bytes + self.kept_bytes


def room(needs: Needs, memory_bytes: int) -> int:
    """Memory for constants on a machine, or under a limit; none where the rest finds no room already."""
    return max(0, int(CONSTANTS_SHARE * (memory_bytes - needs.evaluator_bytes)))


def predict(
    program: Program,
    batches: int,
    where: Setting,
    descriptor: Descriptor,
    predictor: Predictor,
    memory_bytes: int,
) -> Prediction:
    """Predict all batches of a program.

    Args:
        program: of one batch.
        batches: how many.
        where: the setting.
        descriptor: the backend.
        predictor: what its work takes.
        memory_bytes: what there is for a party.
    """
    costs = Costs(where.parameters)
    needs = costs.needs(
        program, where.capabilities, "bootstrap" if where.bootstraps else "round_trip", descriptor.footprint
    )
    ahead = costs.constants_ahead(program, 0 if descriptor.simulates else room(needs, memory_bytes))
    beside = descriptor.footprint.constant_residues
    files = descriptor.footprint.key_files(needs.keys_bytes)
    sent = batches * len(program.inputs) * costs.ciphertext_bytes(program.input_level)
    work = stages.of_program(program, where, batches, ahead, files + sent)
    by_primitive: dict[str, float] = {}
    for one in work["evaluate_s"]:
        by_primitive[one.name] = by_primitive.get(one.name, 0.0) + predictor.evaluation(one, where)
    return Prediction(
        seconds={name: predictor.seconds(parts, where) for name, parts in work.items()}
        | {"evaluate_s": sum(by_primitive.values())},
        primitives=dict(sorted(by_primitive.items(), key=lambda item: -item[1])),
        needs=needs,
        kept_bytes=sum(costs.constant_bytes(program.plaintexts[index], beside) for index in ahead),
        disk_bytes=files + sent,
    )
