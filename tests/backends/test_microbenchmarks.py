"""What each measured primitive must give, on the simulator; on libraries see tests/end_to_end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, Slots, capabilities
from backends.interface import Capabilities, Vector
from backends.microbenchmarks import BY_NAME, Operands, key_kinds, lacking, measured_at, operands
from tests.toy import BOOTSTRAPPING, PORTABLE

STEPS = (1, 2, 3)


def drawn(level: int, folder: Path) -> tuple[CleartextEvaluator, Operands, Vector, Vector]:
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, BOOTSTRAPPING.slots))
    evaluator = CleartextEvaluator(BOOTSTRAPPING)
    return (
        evaluator,
        operands(evaluator, Slots(a, level=level), Slots(b, level=level), b, STEPS, folder / "file"),
        a,
        b,
    )


def results(name: str, evaluator: CleartextEvaluator, on: Operands) -> Sequence[Slots]:
    primitive = BY_NAME[name]
    if name == "load_ciphertext":
        evaluator.write(on.x, on.file)
    settled = primitive.settle(evaluator, on, primitive.run(evaluator, on))
    return [primitive.finish(evaluator, one) for one in settled]


@pytest.mark.parametrize("name", list(BY_NAME))
def test_a_primitive_gives_what_is_expected_of_it(name: str, tmp_path: Path) -> None:
    for level in range(BY_NAME[name].lowest, 3):
        if name == "bootstrap" and level == 0:
            continue
        evaluator, on, a, b = drawn(level, tmp_path)
        found = results(name, evaluator, on)
        expected = BY_NAME[name].expected(a, b, STEPS)
        assert len(found) == len(expected)
        for one, wanted in zip(found, expected, strict=True):
            assert not one.product
            assert np.array_equal(one.values, wanted)


def test_every_level_has_every_primitive_that_it_can() -> None:
    none = Capabilities(no_bootstrap_reason="none")
    names = [one.name for one in measured_at(1, none)]
    assert {"encode", "add", "multiply_plain", "multiply_relinearise", "rotate", "rotate_many"} < set(names)
    lowest = {one.name for one in measured_at(0, none)}
    assert set(names) - lowest == {"multiply_plain", "multiply_relinearise", "rescale", "drop"}


def test_conjugations_are_measured_where_there_are_complex_slots() -> None:
    for offered in (capabilities(PORTABLE), Capabilities(no_bootstrap_reason="none")):
        names = [one.name for one in measured_at(0, offered)]
        assert ("conjugate" in names) == offered.complex_slots


def test_what_is_lacking_is_told_where_it_is_asked_for() -> None:
    """A case that names other primitives says nothing of those that it never wanted."""
    none = Capabilities(no_bootstrap_reason="none")
    assert set(lacking(none)) == {"bootstrap", "conjugate"}
    assert lacking(none, ["bootstrap", "add"]) == {"bootstrap": "none"}
    assert lacking(none, ["rotate"]) == {}
    assert lacking(capabilities(BOOTSTRAPPING)) == {}


def test_the_bootstrap_is_measured_at_its_lowest_level_alone() -> None:
    offered = capabilities(BOOTSTRAPPING)
    at = [level for level in range(19) if BY_NAME["bootstrap"] in measured_at(level, offered)]
    assert measured_at(1, offered, ["bootstrap"]) == [BY_NAME["bootstrap"]]
    assert not measured_at(2, offered, ["bootstrap"])
    assert key_kinds(offered, ["bootstrap"]) == []
    assert at == [offered.bootstrap_input_level]
    assert "bootstrap_keys" in key_kinds(offered)
    assert "bootstrap_keys" not in key_kinds(capabilities(PORTABLE))
