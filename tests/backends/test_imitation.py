"""The simulator with the noise of a library: the same answers but for it, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, CleartextKeyOwner, capabilities
from backends.cleartext.library import Cleartext
from backends.errors import ExecutionError, ParameterError, Unsupported
from backends.interface import Vector
from backends.parameters import ParameterSet
from backends.registry import get
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

LEVEL = 3


def parties(
    parameters: ParameterSet, imitates: str | None, folder: Path
) -> tuple[CleartextKeyOwner, CleartextEvaluator]:
    asked = replace(parameters, imitates=imitates)
    owner = Cleartext.key_owner(asked)
    files = owner.generate(folder, [1, 2], bootstrap=False, conjugation=True)
    return owner, Cleartext.evaluator(asked, folder, files)


def values(parameters: ParameterSet) -> Vector:
    drawn: Vector = np.random.default_rng(2).uniform(-1, 1, parameters.slots)
    return drawn


def computed(imitates: str | None, folder: Path) -> Vector:
    """A little of everything."""
    owner, evaluator = parties(ROUND_TRIPS, imitates, folder)
    x = owner.encrypt(values(ROUND_TRIPS), LEVEL)
    masked = evaluator.rescale(evaluator.multiply_plain(x, evaluator.encode(values(ROUND_TRIPS), LEVEL)))
    squared = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, x)))
    turned = evaluator.drop(evaluator.rotate_sum([(evaluator.conjugate(x), 1), (x, 2), (x, 0)]), LEVEL - 1)
    return owner.decrypt(evaluator.add(evaluator.add(masked, squared), turned))


@pytest.mark.parametrize(("imitates", "at_least", "at_most"), [("tenseal", 25, 31), ("openfhe", 21, 27)])
def test_answers_are_exact_but_for_noise_that_is_the_same_each_time(
    tmp_path: Path, imitates: str, at_least: float, at_most: float
) -> None:
    noisy = computed(imitates, tmp_path)
    error = np.abs(noisy - computed(None, tmp_path)).max()
    assert at_least < -np.log2(error) < at_most
    assert (noisy == computed(imitates, tmp_path)).all()


def test_a_sum_of_rotations_has_one_key_switch_where_the_library_sums_in_the_extended_basis(
    tmp_path: Path,
) -> None:
    """The mean error of rounding down, in slot 0, tells how often."""
    owner, evaluator = parties(ROUND_TRIPS, "openfhe", tmp_path)
    x = owner.encrypt(values(ROUND_TRIPS), LEVEL)
    exact = np.roll(values(ROUND_TRIPS), -1) + np.roll(values(ROUND_TRIPS), -2)
    together = evaluator.rotate_sum([(x, 1), (x, 2)])
    apart = evaluator.add(evaluator.rotate(x, 1), evaluator.rotate(x, 2))
    errors = [(slots.values - exact)[0].imag for slots in (together, apart)]  # type: ignore[attr-defined]
    assert errors[1] == pytest.approx(2 * errors[0], rel=0.3)


def test_a_bootstrap_errs_as_the_library_s_does(tmp_path: Path) -> None:
    """21.5 bits by the mean error in the suite `toy` are of its three bootstraps."""
    owner, evaluator = parties(BOOTSTRAPS, "openfhe", tmp_path)
    refreshed = evaluator.bootstrap(owner.encrypt(values(BOOTSTRAPS), 1))
    assert refreshed.level == 8
    error = np.abs(owner.decrypt(refreshed) - values(BOOTSTRAPS)).mean()
    assert 18 < -np.log2(error) < 21


def test_capabilities_are_those_of_the_imitated_backend_without_keys() -> None:
    told, theirs = (
        capabilities(replace(BOOTSTRAPS, imitates="openfhe")),
        get("openfhe").capabilities(BOOTSTRAPS),
    )
    assert told == replace(theirs, bootstrap_keys=0, bootstrap_plaintexts=0, security=None)
    with pytest.raises(Unsupported, match="cannot bootstrap"):
        capabilities(replace(BOOTSTRAPS, imitates="tenseal"))
    with pytest.raises(Unsupported, match="does not tell its noise"):
        capabilities(replace(ROUND_TRIPS, imitates="cleartext"))


def test_a_product_is_not_decrypted(tmp_path: Path) -> None:
    owner, evaluator = parties(ROUND_TRIPS, "tenseal", tmp_path)
    x = owner.encrypt(values(ROUND_TRIPS), LEVEL)
    with pytest.raises(ExecutionError, match="a product cannot be decrypted"):
        owner.decrypt(evaluator.relinearise(evaluator.multiply(x, x)))


def test_what_is_imitated_is_part_of_a_set_s_name_and_of_no_other_literal() -> None:
    imitating = replace(BOOTSTRAPS, imitates="openfhe")
    assert replace(ParameterSet.named(f"{imitating.name}_INSECURE_complex"), security=0) == imitating
    assert ParameterSet.from_json(imitating.to_json()) == imitating
    assert "imitates" not in BOOTSTRAPS.to_json()


def test_key_owners_and_fewer_slots_are_part_of_a_set_s_name_and_of_no_other_literal() -> None:
    three = replace(ROUND_TRIPS, parties=3)
    assert ParameterSet.named(f"{three.name}_INSECURE") == three
    assert ParameterSet.from_json(three.to_json()) == three
    assert "parties" not in ROUND_TRIPS.to_json()
    few = replace(BOOTSTRAPS, log_slots=4)
    assert ParameterSet.named(f"{few.name}_INSECURE") == few
    assert ParameterSet.from_json(few.to_json()) == few
    assert "log_slots" not in BOOTSTRAPS.to_json()
    with pytest.raises(Unsupported, match="no backend tells its noise for fewer slots"):
        capabilities(replace(few, imitates="openfhe"))
    with pytest.raises(ParameterError, match=r"log_slots is 30; choose 1 to .*, or leave it out for all"):
        replace(BOOTSTRAPS, log_slots=30)
    with pytest.raises(ParameterError, match="parties is 0; choose 1 to 16"):
        replace(ROUND_TRIPS, parties=0)


@pytest.mark.parametrize(
    "name", ["n12_first{}_scale40_depth8_digits9", "n12_first50_scale40_depth8_digits9_parties{}"]
)
def test_a_number_of_thousands_of_digits_names_no_set(name: str) -> None:
    """The reader of text as numbers has a limit of its own, whose error is no sentence."""
    with pytest.raises(ParameterError, match="has 5000 digits"):
        ParameterSet.named(name.format("9" * 5000))
