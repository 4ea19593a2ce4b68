"""The precision that a program will have on a library: one batch of it, computed by the simulator here."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np

from backends.constants import prepare
from backends.interface import Ciphertext
from backends.parameters import ParameterSet
from backends.program import Program
from backends.registry import Descriptor, load_library
from backends.replay import replay
from backends.tensor.layout import filled, pack
from bench.run.splitting import decode
from bench.run.workload import Workload
from models.arrays import Array
from reports.scoring.precision import precision_bits


def simulated_bits(
    workload: Workload, program: Program, parameters: ParameterSet, backend: str, simulator: Descriptor
) -> float:
    """Bits by the largest error of the first batch's samples that leave no interval; see `simulated`."""
    return bits_left(*simulated(workload, program, parameters, backend, simulator))


def simulated(
    workload: Workload, program: Program, parameters: ParameterSet, backend: str, simulator: Descriptor
) -> tuple[Array, Array]:
    """The answers to the first batch's samples that leave no interval, and what they should be.

    Args:
        workload: the samples.
        program: planned for the set.
        parameters: the set.
        backend: the name of what is imitated.
        simulator: what imitates.
    """
    imitating = replace(parameters, imitates=backend)
    library = load_library(simulator.adapter)
    samples = workload.encrypted_inputs[: program.layout.samples]
    with tempfile.TemporaryDirectory() as scratch:
        owner = library.key_owner(imitating)
        keys = owner.generate(Path(scratch), program.rotation_steps, bootstrap=False, conjugation=True)
        evaluator = library.evaluator(imitating, Path(scratch), keys)
    vectors = pack(program.layout, program.input_layout, filled(program.layout, samples))
    inputs: Sequence[Ciphertext] = [owner.encrypt(vector, program.input_level) for vector in vectors]
    outputs, _ = replay(
        program,
        evaluator,
        prepare(program, evaluator, ahead=()),
        inputs,
        lambda ciphertext, level: owner.encrypt(owner.decrypt(ciphertext), level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    slots = np.stack([owner.decrypt(output) for output in outputs])
    stay = workload.stay[: len(samples)]
    logits = decode(program, program.output_layout, slots[None], len(samples))
    return logits[stay], workload.expected[: len(samples)][stay]


def bits_left(logits: Array, expected: Array) -> float:
    """Bits by the largest error; minus infinity where noise has left what is no number."""
    if not np.isfinite(logits).all():
        return -inf
    bits = precision_bits(logits, expected)
    assert bits is not None, "noise leaves no answer without an error"
    return bits
