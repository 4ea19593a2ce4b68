"""Complex slots in programs: what is recorded, kept, folded and replayed, and where slots have to be real."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, CleartextKeyOwner
from backends.cleartext.library import Cleartext
from backends.conformance.complex_slots import turning_task
from backends.conformance.parties import PARAMETERS, Parties
from backends.conformance.programs import run_model
from backends.errors import ExecutionError
from backends.folding import Folding, chunks
from backends.interface import ComplexVector, Vector
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST
from backends.program import PlaintextEntry, load_program
from backends.recorder import Recorder
from backends.schedule import Refresh
from backends.tensor.layout import Layout, ValueLayout
from backends.tensor.tensor import Tensor
from tests.toy import BOOTSTRAPPING

LAYOUT = Layout(4, 2, PARAMETERS.slots // 8)
VALUE = ValueLayout("features", (0, 1, 2, 3), LAYOUT.tokens)
ADAPTER = "backends.cleartext.library:Cleartext"
TURNING = turning_task()


def recorder() -> Recorder:
    made = Recorder(Refresh("round_trip", PARAMETERS.depth, 0), LAYOUT)
    made.begin_layer("layer")
    return made


def drawn() -> tuple[Vector, ComplexVector]:
    """Real slots, and complex ones."""
    a, b = np.random.default_rng(6).uniform(-1, 1, (2, PARAMETERS.slots))
    return a, np.asarray(a + 1j * b)


def test_a_program_with_complex_slots_turns_within_blocks(tmp_path: Path) -> None:
    parties = Parties.made(ADAPTER, tmp_path, conjugation=True)
    run_model(parties, TURNING)
    counts = TURNING.program.counts
    assert (counts["conjugations"], counts["rotations"], counts["ct_pt"]) == (1, 2, 2)


def test_its_conjugation_needs_its_key(tmp_path: Path) -> None:
    assert TURNING.program.conjugates
    with pytest.raises(ExecutionError, match="there is no conjugation key; plan the conjugation"):
        run_model(Parties.made(ADAPTER, tmp_path), TURNING)


def test_a_saved_program_keeps_complex_constants(tmp_path: Path) -> None:
    digest = TURNING.program.save(tmp_path, "program")
    loaded = load_program(tmp_path, "program", digest)
    assert (loaded.instructions, loaded.plaintexts) == (
        TURNING.program.instructions,
        TURNING.program.plaintexts,
    )
    for one in loaded.plaintexts:
        expected = one.values(TURNING.program.patterns)
        assert np.iscomplexobj(one.values(loaded.patterns))
        assert np.array_equal(one.values(loaded.patterns), expected)


def test_constants_are_kept_in_two_parts_and_real_ones_as_before() -> None:
    made, (a, z) = recorder(), drawn()
    made.encode(a, 1)
    found = [made.encode(values, 1).entry for values in (z, a + 0j, 2 - 1j, 2 + 0j, z.imag.copy())]
    assert found == [
        PlaintextEntry(1, row=0, imaginary_row=1),
        PlaintextEntry(1, row=0),
        PlaintextEntry(1, value=2.0, imaginary_value=-1.0),
        PlaintextEntry(1, value=2.0),
        PlaintextEntry(1, row=1),
    ]
    assert json.dumps([one.to_json() for one in found[:4]]) == (
        "[[1, 0, null, 1, null], [1, 0, null], [1, null, 2.0, null, -1.0], [1, null, 2.0]]"
    )


def test_what_is_not_read_leaves_no_rows_behind() -> None:
    """The rows of both parts are numbered anew."""
    made, (a, z) = recorder(), drawn()
    x = made.input(1)
    made.add_plain(x, made.encode(a * 3, 1))
    program = made.finish([x], VALUE, [made.add_plain(x, made.encode(z, 1))], VALUE)
    assert program.plaintexts == (PlaintextEntry(1, row=0, imaginary_row=1),)
    assert np.array_equal(program.plaintexts[0].values(program.patterns), z)


def test_what_is_known_is_conjugated_when_planned() -> None:
    made, (_, z) = recorder(), drawn()
    folding = Folding(made, PARAMETERS)
    x = folding.input(2)
    known = folding.rescale(folding.multiply_plain(x, folding.encode(0.0, 2)))
    known = folding.conjugate(folding.add_plain(known, folding.encode(z, 1)))
    assert np.array_equal(known.known, np.conj(z))
    assert "conjugate" not in {one.operation for one in made.instructions}
    both = folding.add(folding.drop(x, 1), known)
    assert folding.conjugate(both).secret is not None
    assert [one.operation for one in made.instructions] == ["input", "drop", "add_plain", "conjugate"]
    assert np.array_equal(made.constants[-1].values(made._patterns.patterns()), np.conj(z))


def test_a_known_output_has_to_be_real() -> None:
    made, (_, z) = recorder(), drawn()
    folding = Folding(made, PARAMETERS)
    zero = folding.rescale(folding.multiply_plain(folding.input(2), folding.encode(0.0, 2)))
    known = folding.add_plain(zero, folding.encode(z, 1))
    with pytest.raises(ExecutionError, match="slots have imaginary parts where they have to be real"):
        chunks(Tensor((known,), VALUE, LAYOUT), LAYOUT)
    real = folding.add(known, folding.conjugate(known))
    _, layout = chunks(Tensor((real,), VALUE, LAYOUT), LAYOUT)
    assert np.array_equal(np.ravel(layout.known[0][1]), 2 * LAYOUT.first_image(z.real).ravel())


def test_the_simulator_decrypts_real_slots_alone() -> None:
    owner, evaluator, (a, z) = CleartextKeyOwner(PARAMETERS), CleartextEvaluator(PARAMETERS), drawn()
    x = owner.encrypt(z, 1)
    with pytest.raises(ExecutionError, match="slots have imaginary parts where they have to be real"):
        owner.decrypt(x)
    assert np.array_equal(owner.decrypt(evaluator.add(x, evaluator.conjugate(x))), 2 * a)
    assert owner.encrypt(a, 1).values.dtype == np.float64


def test_a_bootstrap_that_begins_with_the_slots_takes_real_ones() -> None:
    assert BOOTSTRAPPING.bootstrap is not None
    first = replace(BOOTSTRAPPING.bootstrap, kind=SLOTS_TO_COEFFICIENTS_FIRST)
    slots_first = replace(BOOTSTRAPPING, bootstrap=first)
    z = np.full(BOOTSTRAPPING.slots, 0.25 + 0.5j)
    for parameters, keeps in ((BOOTSTRAPPING, True), (slots_first, False)):
        owner, evaluator = Cleartext.key_owner(parameters), CleartextEvaluator(parameters)
        x = owner.encrypt(z, parameters.depth)
        if keeps:
            assert np.allclose(evaluator.bootstrap(x).values, z)
        else:
            with pytest.raises(ExecutionError, match="where they have to be real"):
                evaluator.bootstrap(x)
