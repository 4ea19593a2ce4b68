"""The graph that each suite encrypts, planned at one of its own sets, equals its float64 reference."""

from __future__ import annotations

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, Slots, capabilities
from backends.constants import prepare
from backends.planner import plan, refresh_for
from backends.program import Program
from backends.registry import available
from backends.replay import replay
from backends.tensor.layout import pack, unpack
from bench.spec.cases import ModelCase
from bench.spec.suite import SUITES, Suite, load_suite
from models import reference
from models.checkpoint import load_graph
from models.data import preparation
from models.data.literals import Patches, Preparation, Words, parse
from models.data.sources import Images, Sentences, Source, Text
from models.graph import Array
from models.reference import Inputs

#: Checkpoints of random weights are not committed; whoever has made one has it tested too.
CASES = [
    pytest.param(suite, case, id=f"{suite.name}-{case.name}")
    for suite in (load_suite(str(path), available()) for path in sorted(SUITES.glob("*.yaml")))
    for case in suite.cases
    if isinstance(case, ModelCase)
    and (case.name in suite.model_folders or not case.model.endswith("_random"))
]
SENTENCES = ("a film that is never dull and never too long .", "it is not funny")
VERSE = "to be or not to be, that is the question whether it is nobler in the mind to suffer " * 4


def source(literal: Preparation) -> Source:
    """What no data set holds and yet lies where the model's polynomials are good."""
    labels = np.zeros(2, np.int64)
    if isinstance(literal, Words):
        return Sentences(SENTENCES, labels, ("bad",), ("a", "b"))
    if not isinstance(literal, Patches):
        return Text(VERSE)
    down, across = np.meshgrid(*[np.linspace(-1, 1, literal.size)] * 2)
    shades = np.stack([down * across, np.cos(3 * down + across)])[..., None]
    images = np.clip(np.array(literal.mean) + np.array(literal.std) * shades, 0, 255)
    return Images(images.astype(np.uint8), labels, ("thing",), ("a", "b"))


def simulated(program: Program, evaluator: CleartextEvaluator, inputs: Inputs) -> Array:
    """What a program makes of one batch, `[samples, positions, classes]`."""
    vectors = pack(program.layout, program.input_layout, inputs)
    outputs, _ = replay(
        program,
        evaluator,
        prepare(program, evaluator, ahead=()),  # all at once, those of a large model fill the memory
        [Slots(vector, level=program.input_level) for vector in vectors],
        lambda ciphertext, level: Slots(ciphertext.values, level=level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    slots = [output.values for output in outputs]
    return unpack(program.layout, program.output_layout, slots, len(inputs))


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_the_program_of_a_suite_computes_its_model(suite: Suite, case: ModelCase) -> None:
    """At the smallest ring, which takes the least time; two samples where a batch holds as many."""
    assert case.name in suite.model_folders, suite.missing[case.name]
    graph = load_graph(suite.model_folders[case.name], "polynomial")
    parameter_set = min(suite.parameter_sets, key=lambda parameter_set: parameter_set.parameters.log_n)
    parameters = parameter_set.parameters
    program = plan(
        graph, parameters, refresh_for(parameter_set.refresh, parameters, capabilities(parameters))
    )
    literal = parse(graph.metadata["preparation"])
    inputs = preparation.samples(source(literal), literal, range(min(2, program.layout.images))).inputs
    found = simulated(program, CleartextEvaluator(parameters, frozenset(program.rotation_steps)), inputs)
    expected = reference.outputs(graph, inputs)
    assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()
