"""Programs: what they count, when they free, and that an altered one is refused."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.constants import prepare
from backends.errors import ExecutionError, IntegrityError
from backends.folding import Constant, Folding
from backends.measured import Measured
from backends.primitives import COUNTED
from backends.program import REFRESHES, Program, load_program
from backends.recorder import Recorder
from backends.replay import check_counts, replay
from backends.tensor.layout import Layout, pack, unpack
from models import reference
from tests.backends.test_planner import PARAMETERS, ROUND_TRIPS, plan
from tests.random_vit import random_inputs, random_vit

GRAPH = random_vit(3, blocks=1, dim=8, heads=2, tokens=4, features_in=3, classes=3, mlp_degree=5)
PROGRAM = plan(GRAPH, PARAMETERS, ROUND_TRIPS)


def check_course(program: Program, measured: Measured) -> None:
    """Every instruction is in one stretch, in the program's order, and the stretch has its levels."""
    instructions = iter(i for i in program.instructions if i.operation not in ("input", "probe"))
    for stretch in measured.course:
        part = list(islice(instructions, stretch.instructions))
        levels = [instruction.level for instruction in part]
        assert (max(levels), min(levels)) == (stretch.highest, stretch.lowest)
        assert {program.layers[instruction.layer] for instruction in part} == {stretch.layer}
        assert all((i.operation if i.operation in REFRESHES else None) == stretch.refresh for i in part)
    assert next(instructions, None) is None
    assert sum(stretch.seconds for stretch in measured.course) == pytest.approx(measured.seconds)


def replayed(program: Program, evaluator: CleartextEvaluator, inputs: np.ndarray) -> np.ndarray:
    """The program's outputs on a batch, in the clear."""
    vectors = pack(program.layout, program.input_layout, inputs)
    outputs, measured = replay(
        program,
        evaluator,
        prepare(program, evaluator),
        [Slots(vector, level=program.input_level) for vector in vectors],
        lambda ciphertext, level: Slots(ciphertext.values, level=level),
        lambda probe, ciphertexts: None,
        lambda index, instruction, seconds: None,
    )
    assert measured.counts == program.counts
    check_course(program, measured)
    values = [output.values for output in outputs]
    return unpack(program.layout, program.output_layout, values, len(inputs)).reshape(len(inputs), -1)


def test_replay_equals_the_reference_and_the_counts_planned() -> None:
    inputs = random_inputs(3, PROGRAM.layout.images, 4, 3)
    evaluator = CleartextEvaluator(PARAMETERS, frozenset(PROGRAM.rotation_steps))
    assert np.allclose(replayed(PROGRAM, evaluator, inputs), reference.logits(GRAPH, inputs), atol=1e-12)


def test_the_images_of_a_batch_do_not_touch_each_other() -> None:
    inputs = random_inputs(4, PROGRAM.layout.images, 4, 3)
    other = inputs.copy()
    other[1:] = random_inputs(5, PROGRAM.layout.images - 1, 4, 3)
    first, second = (replayed(PROGRAM, CleartextEvaluator(PARAMETERS), batch) for batch in (inputs, other))
    assert np.array_equal(first[0], second[0])
    assert not np.allclose(first[1:], second[1:])


def test_a_saved_program_is_the_same_program(tmp_path: Path) -> None:
    digest = PROGRAM.save(tmp_path, "program")
    loaded = load_program(tmp_path, "program", digest)
    assert loaded.instructions == PROGRAM.instructions
    assert loaded.plaintexts == PROGRAM.plaintexts
    assert len(loaded.patterns) == len(PROGRAM.patterns)
    assert all(map(np.array_equal, loaded.patterns, PROGRAM.patterns))
    assert loaded.input_layout == PROGRAM.input_layout
    assert loaded.output_layout == PROGRAM.output_layout
    assert loaded.save(tmp_path, "again") == digest


@pytest.mark.parametrize("suffix", ["json", "safetensors"])
def test_an_altered_program_is_refused(tmp_path: Path, suffix: str) -> None:
    digest = PROGRAM.save(tmp_path, "program")
    path = tmp_path / f"program.{suffix}"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(IntegrityError, match=r"do(es)? not match"):
        load_program(tmp_path, "program", digest)


@pytest.mark.parametrize(
    "change",
    [
        {"instructions": [["add", 1]]},
        {"layers": None},
        {"plaintexts": [[0, 0, 0, 0, 0, 0]]},
        {"patterns_sha256": hashlib.sha256(b"none").hexdigest()},
        {"input_layout": {"kind": "features"}},
    ],
)
def test_what_is_none_under_a_right_digest_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    PROGRAM.save(tmp_path, "program")
    path = tmp_path / "program.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    if "patterns_sha256" in change:
        (tmp_path / "program.safetensors").write_bytes(b"none")
    with pytest.raises(IntegrityError, match="program program is none"):
        load_program(tmp_path, "program", hashlib.sha256(path.read_bytes()).hexdigest())
    path.write_text("[" * 100_000)
    with pytest.raises(IntegrityError, match="program program is none"):
        load_program(tmp_path, "program", hashlib.sha256(path.read_bytes()).hexdigest())


def test_nothing_is_read_after_it_was_freed_and_everything_is_freed() -> None:
    freed: set[int] = set()
    made: set[int] = set()
    for instruction, frees in zip(PROGRAM.instructions, PROGRAM.last_uses, strict=True):
        assert not freed & set(instruction.operands)
        made |= set(instruction.results)
        freed |= set(frees)
    assert made - freed == set(PROGRAM.outputs)


@pytest.mark.parametrize("name", [*COUNTED, "round_trips"])
def test_any_count_that_differs_is_an_error(name: str) -> None:
    check_counts(PROGRAM.counts, Counter(PROGRAM.counts))
    executed = Counter(PROGRAM.counts)
    executed[name] += 1
    with pytest.raises(ExecutionError, match=f"{name} instead of"):
        check_counts(PROGRAM.counts, executed)


def test_plaintexts_are_kept_once() -> None:
    assert len(set(PROGRAM.plaintexts)) == len(PROGRAM.plaintexts)
    rows = [pattern.tobytes() for pattern in PROGRAM.patterns]
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("tokens", [0, 3, 4])
def test_columns_are_recorded_as_their_slots_are(tokens: int) -> None:
    layout = Layout(features=8, images=2, tokens=4)
    places = layout.places(tokens)
    drawn = np.random.default_rng(0).normal(size=8)
    columns: list[np.ndarray] = [drawn, drawn, -0.0 * drawn, 1e-30 * drawn, drawn * 1j, drawn * (1 + 1j)]

    def recorded(encode: Callable[[Folding], Sequence[Constant]]) -> tuple[object, ...]:
        folding = Folding(recorder := Recorder(ROUND_TRIPS, layout), PARAMETERS)
        made = list(encode(folding))
        slots = [(one.slots + 0.0).tobytes() for one in made if one.recorded]
        return made, recorder.constants, slots

    by_slots = recorded(lambda f: [f.encode(np.outer(one, places).reshape(-1), 2) for one in columns])
    assert recorded(lambda f: f.encode_columns(np.array(columns), places, 2)) == by_slots
