"""What a planned cell will take: seconds by stage, the memory of each party, keys and disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backends.constants_room import Room
from backends.costs import Costs, Needs
from backends.program import Program
from backends.registry import Descriptor
from bench.run.prediction import stages
from bench.run.prediction.predictor import Predictor
from bench.run.prediction.work import Setting

#: Part of the memory left that constants encoded ahead may take. The rest is for the key owner, for this
#: process, and for what the estimates miss: a gigabyte in an evaluator that bootstraps at N = 2^16. A
#: constant without room costs milliseconds at each use.
CONSTANTS_SHARE = 0.4
#: What a key owner keeps of its peak beside a working evaluator, at most, and the process in front of both.
#: Measured: up to 1.2 GB where a library gives nothing back, and 0.15 to 0.5 GB.
AT_REST_BYTES, FRONT_BYTES = 1_200_000_000, 400_000_000


@dataclass(frozen=True)
class Prediction:
    """What is told of a cell before it runs.

    Attributes:
        seconds: by the record's names of the parts of its wall time, in their order.
        primitives: seconds of the evaluation by primitive.
        needs: bytes of memory, where a party of each kind has a process.
        constants_bytes: of these, what constants take for which there is room, and the window of the others.
        disk_bytes: keys' files and ciphertexts.
    """

    seconds: Mapping[str, float]
    primitives: Mapping[str, float]
    needs: Needs
    constants_bytes: int
    disk_bytes: int

    @property
    def wall_s(self) -> float:
        """The life of both parties."""
        return sum(self.seconds.values())

    @property
    def evaluator_bytes(self) -> int:
        """The evaluator's peak."""
        return self.needs.evaluator_bytes + self.constants_bytes

    @property
    def together_bytes(self) -> int:
        """The peak of both parties and the process in front of them, on one machine."""
        key_owner = self.needs.key_owner_bytes
        return max(key_owner, self.evaluator_bytes + min(key_owner, AT_REST_BYTES)) + FRONT_BYTES


def room(left_bytes: int, descriptor: Descriptor) -> Room:
    """Room for constants where an evaluator's other needs leave so much memory; none where they lack some.

    A simulator needs none: it encodes a constant as fast as it would find it.
    """
    share = 0 if descriptor.simulates else CONSTANTS_SHARE
    return Room(max(0, int(share * left_bytes)), descriptor.footprint.constant_residues)


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
    constants = room(memory_bytes - needs.evaluator_bytes, descriptor).shared(program, costs)
    files = descriptor.footprint.key_files(needs.keys_bytes)
    sent = batches * len(program.inputs) * costs.ciphertext_bytes(program.input_level)
    work = stages.of_program(program, where, batches, constants.ahead, files + sent)
    by_primitive: dict[str, float] = {}
    for one in work["evaluate_s"]:
        by_primitive[one.name] = by_primitive.get(one.name, 0.0) + predictor.evaluation(one, where)
    return Prediction(
        seconds={name: predictor.seconds(parts, where) for name, parts in work.items()}
        | {"evaluate_s": sum(by_primitive.values())},
        primitives=dict(sorted(by_primitive.items(), key=lambda item: -item[1])),
        needs=needs,
        constants_bytes=constants.taken_bytes,
        disk_bytes=files + sent,
    )
