"""Runs small graphs under encryption on the simulator, with every value probed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator, EncodedSlots, Slots
from backends.constants import prepare
from backends.contract import real
from backends.interface import Ciphertext, Plaintext
from backends.parameters import ParameterSet
from backends.planner import Planner, Refresh, plan
from backends.program import Program
from backends.recordings import Recordings
from backends.replay import replay
from backends.tensor.layout import pack, unpack
from backends.tensor.operation import Way
from models.graph import Array, Graph
from models.reference import Inputs

#: 512 slots, so that small shapes already make several images, or several chunks.
PARAMETERS = ParameterSet(log_n=10, first_modulus_bits=50, scale_bits=40, depth=12, digits=13, security=0)
REFRESH = Refresh("round_trip", top=12, entry=0)
BOOTSTRAP = Refresh("bootstrap", top=12, entry=1, keeps_imaginary=True)


class Opaque(CleartextEvaluator):
    """The simulator, with SEAL's rule that no ciphertext may become transparent: a product with zeros."""

    def multiply_plain(self, a: Ciphertext, plaintext: Plaintext) -> Slots:
        assert isinstance(plaintext, EncodedSlots)
        assert np.any(plaintext.values), "a product with zeros is transparent"
        return super().multiply_plain(a, plaintext)


def planned(graph: Graph, parameters: ParameterSet = PARAMETERS) -> Program:
    """The program of a graph, with every value probed."""
    return plan(graph, parameters, Refresh("round_trip", parameters.depth, 0), probes=True)


def planned_so(graph: Graph, ways: Mapping[str, Way], halves: int = 1) -> Program:
    """The same, where nodes are computed in the ways given, whatever it costs; only real slots are probed."""
    refresh = REFRESH if halves == 1 else BOOTSTRAP
    planner = Planner(Recordings(graph, PARAMETERS, refresh, halves), ways)
    probes = halves == 1 and not {Way.PAIRED, Way.QUERIES_AND_KEYS}.intersection(ways.values())
    return planner.record(planner.schedule(), probes=probes, values_of={})


def evaluated(
    graph: Graph, inputs: Inputs, parameters: ParameterSet = PARAMETERS
) -> tuple[dict[str, Array], Program]:
    """Every node's value from the program on the cleartext backend, and the program."""
    program = planned(graph, parameters)
    return values_of(program, inputs, parameters), program


def values_of(program: Program, inputs: Inputs, parameters: ParameterSet = PARAMETERS) -> dict[str, Array]:
    """Every node's value from a program on the cleartext backend; "" is the output's."""
    evaluator = Opaque(parameters, frozenset(program.rotation_steps))
    samples = program.layout.samples
    values: dict[str, list[Array]] = {}
    for start in range(0, len(inputs), samples):
        batch = inputs[start : start + samples]
        vectors = pack(program.layout, program.input_layout, batch)
        outputs, _ = replay(
            program,
            evaluator,
            prepare(program, evaluator),
            [Slots(vector, level=program.input_level) for vector in vectors],
            lambda ciphertext, level: Slots(ciphertext.values, level=level),
            lambda probe, ciphertexts: values.setdefault(probe.name, []).append(
                unpack(program.layout, probe.layout, [real(c.values) for c in ciphertexts], len(batch))  # noqa: B023
            ),
            lambda index, instruction, seconds: None,
        )
        slots = [real(output.values) for output in outputs]
        values.setdefault("", []).append(unpack(program.layout, program.output_layout, slots, len(batch)))
    return {name: np.concatenate(parts) for name, parts in values.items()}
