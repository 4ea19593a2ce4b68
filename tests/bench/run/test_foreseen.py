"""What cannot run is told beforehand, in one sentence, by `validate`, `plan` and `run` alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends import registry
from backends.interface import Capabilities
from backends.parameters import ParameterSet
from backends.registry import available
from bench.run.foreseen import Foreseen, foresee
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from reports.record import Status
from tests.bench.checkpoints import large_logits
from tests.bench.commands import bench, exported

LAYER = "{kind: attention, tokens: 4, features: 8, heads: 2}"
FITTING = {
    "log_n": 11,
    "first_modulus_bits": 50,
    "scale_bits": 40,
    "depth": 4,
    "digits": 5,
    "backends": "[tenseal]",
}


def suite(folder: Path, case: str = f"layer: {LAYER}", security: int = 0, **changes: object) -> str:
    """A suite of one case at one set."""
    literal = {"refresh": "round_trip", **FITTING, **changes}
    (folder / "suite.yaml").write_text(
        f"suite: small\ntitle: a small suite\nsecurity: {security}\nsamples: 2\n"
        f"cases:\n  - {{name: one, {case}}}\n"
        f"parameter_sets:\n  - {{{', '.join(f'{key}: {value}' for key, value in literal.items())}}}\n"
    )
    return str(folder / "suite.yaml")


def foreseen(path: str) -> list[Foreseen]:
    return foresee(expand(load_suite(path, list(available()))))


def test_every_cell_is_planned_for_samples_of_its_own(tmp_path: Path) -> None:
    (cell,) = expand(load_suite(suite(tmp_path), list(available())))
    figures = [one.estimate or {} for one in foresee([cell, replace(cell, samples=200)])]
    assert [one["batches × samples"].split(" ")[0] for one in figures] == ["1", "7"]


PRIMITIVES = "primitives: {rotations: 2}"
LINEAR = "layer: {kind: linear, tokens: 4, features: 8}"
ACTIVATION = "layer: {kind: activation, tokens: 4, features: 8, degree: 4}"


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({}, Status.OK, None),
        ({"digits": 1}, Status.UNSUPPORTED, "choose digits 5"),
        ({"log_n": 16}, Status.UNSUPPORTED, "choose log_n 15 or less"),
        ({"first_modulus_bits": 41}, Status.UNSUPPORTED, "choose first_modulus_bits 42 or more"),
        (
            {"log_n": 15, "scale_bits": 20, "first_modulus_bits": 30},
            Status.UNSUPPORTED,
            "4 primes of 20 bits at log_n 15: .* choose scale_bits 22 or more",
        ),
        ({"depth": 1, "digits": 2}, Status.FAILED, "layer attention.* needs 3 levels .* raise depth by 2"),
        ({"case": PRIMITIVES, "digits": 1}, Status.UNSUPPORTED, "choose digits 5"),
        ({"case": PRIMITIVES}, Status.OK, None),
        (
            {"case": LINEAR, "program": "vectors"},
            Status.UNSUPPORTED,
            "modulus of 270 bits at log_n 11: .* at most 54; lower depth",
        ),
        (
            {"case": ACTIVATION, "program": "tensors", "log_n": 14, "depth": 2, "digits": 3},
            Status.UNSUPPORTED,
            "need 3 levels .* choose depth 3 or more",
        ),
        ({"case": ACTIVATION, "program": "tensors", "log_n": 14, "depth": 3, "digits": 4}, Status.OK, None),
    ],
)
def test_what_a_cell_will_come_to_is_known_before_there_are_keys(
    tmp_path: Path, changes: dict[str, object], status: Status, sentence: str | None
) -> None:
    (found,) = foreseen(suite(tmp_path, **changes))  # type: ignore[arg-type]
    assert found.status is status
    if sentence is None:
        assert found.reason is None
        return
    assert found.reason is not None
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(found.reason)


@pytest.mark.parametrize("changes", [{"backends": "[tenseal, pyfhel]", "digits": 1}])
def test_three_commands_tell_the_same(tmp_path: Path, changes: dict[str, object]) -> None:
    path = suite(tmp_path, **changes)  # type: ignore[arg-type]
    reasons = [one.reason for one in foreseen(path)]
    validated, planned = (bench(command, path, status=1) for command in ("validate", "plan"))
    ran = bench("run", path, "--output", str(tmp_path / "results"), status=1)
    for shown in (validated, planned, ran):
        assert all(f"unsupported: {reason}" in shown for reason in reasons)
    assert "2 cells, 2 unsupported: nothing would be measured" in validated
    assert "2 cells, 2 unsupported: nothing would be measured" in planned
    assert "nothing was measured" in ran
    assert 'skipped="2"' in bench("export", str(tmp_path / "results"), "--format", "junit", status=1)
    assert len(exported(tmp_path / "results")) == 2


def test_what_only_a_plan_with_the_samples_finds_is_told_by_three_commands(tmp_path: Path) -> None:
    """Logits that the first modulus does not hold."""
    large_logits(tmp_path / "large", 1e6)
    sets = {"log_n": 12, "depth": 10, "digits": 11, "backends": "[cleartext]"}
    path = suite(tmp_path, case=f"model: {tmp_path / 'large'}, data: digits", **sets)
    (found,) = foreseen(path)
    assert found.status is Status.FAILED
    assert found.reason is not None
    assert found.reason.startswith("values reach")
    assert "in layer head" in found.reason
    told = f"cannot run: {found.reason}"
    assert all(told in bench(command, path, status=1) for command in ("validate", "plan"))
    assert f"failed: {found.reason}" in bench("run", path, "--output", str(tmp_path / "results"), status=1)


def test_a_suite_that_one_backend_can_run_passes_and_tells_of_the_other(tmp_path: Path) -> None:
    path = suite(tmp_path, backends="[openfhe, tenseal]", digits=1)
    assert "2 cells, 1 valid, 1 unsupported" in bench("validate", path)


def test_a_mistake_of_the_suite_fails_though_another_cell_can_run(tmp_path: Path) -> None:
    path = suite(tmp_path, backends="[cleartext, tenseal]", depth=1, digits=2)
    assert "2 cells, 2 cannot run" in bench("validate", path, status=1)


def test_a_good_suite_is_all_valid(tmp_path: Path) -> None:
    assert "1 cell, all valid" in bench("validate", suite(tmp_path))


def test_a_backend_that_fails_to_say_what_it_offers_fails_its_cells_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritten(parameters: ParameterSet) -> Capabilities:
        raise NotImplementedError("write mylib_bench.capabilities")

    known = registry.available()
    mine = replace(known["tenseal"], capabilities=unwritten)
    monkeypatch.setattr(registry, "available", lambda: {**known, "tenseal": mine})
    mistaken, other = foreseen(suite(tmp_path, backends="[tenseal, pyfhel]"))
    assert (mistaken.status, other.status) == (Status.FAILED, Status.OK)
    assert mistaken.reason == "NotImplementedError: write mylib_bench.capabilities"
