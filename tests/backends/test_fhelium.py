"""FHElium's own behaviour, where the library is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.errors import ExecutionError, ParameterError
from backends.fhelium import bindings
from backends.fhelium.bootstrap import Bootstrap
from backends.fhelium.capabilities import ERROR_DEVIATION, SECRET, capabilities
from backends.fhelium.context import Context, make_engine
from backends.fhelium.evaluator import FHEliumEvaluator
from backends.fhelium.key_owner import FHEliumKeyOwner
from backends.interface import KeyFile
from backends.parameters import ParameterSet
from backends.registry import get
from tests.backends.chains import CHAINS
from tests.toy import PORTABLE

DESCRIBED = get("fhelium").bootstraps_at
assert DESCRIBED is not None
#: INSECURE.
BOOTSTRAPPING = DESCRIBED
#: INSECURE: three digits of as many primes, and a P of three.
HYBRID = ParameterSet(log_n=12, first_modulus_bits=55, scale_bits=50, depth=8, digits=3, security=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def owner() -> FHEliumKeyOwner:
    return FHEliumKeyOwner(PORTABLE)


@pytest.fixture(scope="module")
def evaluator(owner: FHEliumKeyOwner, folder: Path) -> FHEliumEvaluator:
    return FHEliumEvaluator(PORTABLE, folder, owner.generate(folder, [1], bootstrap=False))


@pytest.mark.parametrize(
    "parameters", [*(one for one in CHAINS if one.scale_bits > 30), HYBRID], ids=lambda one: one.name
)
def test_digits_and_primes_are_those_foretold(parameters: ParameterSet) -> None:
    chain = Context(parameters, make_engine(parameters)).chain
    assert chain.security(SECRET, ERROR_DEVIATION) == capabilities(parameters).security


def test_a_number_takes_one_value_a_prime_and_all_its_bits(evaluator: FHEliumEvaluator) -> None:
    """torch would take a bare number in 32 bits."""
    owner = FHEliumKeyOwner(HYBRID)
    context = Context(HYBRID, make_engine(HYBRID))
    number = context.encode(1 / 3, 2)
    assert getattr(number, "nbytes") < 1000  # noqa: B009 - the library's own
    x = owner.encrypt(np.zeros(HYBRID.slots), 2)
    found = owner.decrypt(context.operator.add_plaintext(x, number))
    assert np.abs(found.mean() - 1 / 3) < 2.0**-28


def test_no_slot_has_an_error_of_its_own(owner: FHEliumKeyOwner) -> None:
    """The library's mask has a mean, which puts the public key's error into the first slots."""
    values = np.linspace(-1, 1, PORTABLE.slots)
    errors = np.array([owner.decrypt(owner.encrypt(values, 3)) - values for _ in range(8)])
    assert np.abs(errors.mean(axis=0)).max() < 3 * errors.std()


def test_several_primes_a_digit_rotate_and_relinearise(tmp_path: Path) -> None:
    owner = FHEliumKeyOwner(HYBRID)
    evaluator = FHEliumEvaluator(HYBRID, tmp_path, owner.generate(tmp_path, [3], bootstrap=False))
    values = np.linspace(-1, 1, HYBRID.slots)
    x = owner.encrypt(values, HYBRID.depth)
    product = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, x)))
    found = owner.decrypt(evaluator.rotate(evaluator.drop(product, 1), 3))
    assert np.abs(found - np.roll(values**2, -3)).max() < 2.0**-20


def test_operands_that_the_library_would_add_are_refused(
    owner: FHEliumKeyOwner, evaluator: FHEliumEvaluator
) -> None:
    """It looks at neither levels nor scales."""
    x, low = (owner.encrypt(np.ones(PORTABLE.slots), level) for level in (3, 2))
    product = evaluator.multiply_plain(x, evaluator.encode(2.0, 3))
    for a, b in ((x, low), (x, product)):
        with pytest.raises(ExecutionError, match="operands of a sum differ"):
            evaluator.add(a, b)
    bindings.ciphertext(low).scale *= 1.001
    with pytest.raises(ExecutionError, match=r"neither that of the level, .* nor that of a product"):
        evaluator.negate(evaluator.add(low, low))


def test_a_key_under_the_name_of_another_is_refused(owner: FHEliumKeyOwner, tmp_path: Path) -> None:
    file = owner.write_keys(owner.make_keys("rotation_keys", (1,)), tmp_path)
    (tmp_path / file.name).rename(tmp_path / "rotation_2.safetensors")
    with pytest.raises(ExecutionError, match=r"rotation_2\.safetensors does not hold the key of its name"):
        FHEliumEvaluator(PORTABLE, tmp_path, [KeyFile("rotation_keys", "rotation_2.safetensors")])


def test_what_was_made_at_other_parameters_is_refused(
    owner: FHEliumKeyOwner, evaluator: FHEliumEvaluator, tmp_path: Path
) -> None:
    other = FHEliumKeyOwner(HYBRID)
    other.write(other.encrypt(np.ones(HYBRID.slots), 8), tmp_path / "ciphertext")
    with pytest.raises(ExecutionError, match="FHElium refused a ciphertext of other parameters"):
        evaluator.read(tmp_path / "ciphertext")
    key = other.write_keys(other.make_keys("relinearisation_key", ()), tmp_path)
    with pytest.raises(ExecutionError, match="FHElium refused a key of other parameters"):
        evaluator.load_keys(tmp_path, key)
    (tmp_path / "ciphertext").write_bytes(b"something else")
    with pytest.raises(ExecutionError, match="FHElium refused the file ciphertext"):
        owner.read(tmp_path / "ciphertext")


def test_a_modulus_above_the_security_asked_for_is_refused() -> None:
    with pytest.raises(ParameterError, match="FHElium refuses"):
        make_engine(ParameterSet.from_json({**PORTABLE.to_json(), "security": 128}))


@pytest.mark.parametrize("level_budget", [(1, 2), (2, 3), (3, 2)])
def test_a_bootstrap_rotates_by_what_its_circuit_foretells(level_budget: tuple[int, int]) -> None:
    """Each stage of a transform wants the steps of its own stride and width; others would be refused."""
    assert BOOTSTRAPPING.bootstrap is not None
    depth = 13 + sum(level_budget)
    asked = replace(BOOTSTRAPPING.bootstrap, level_budget=level_budget, depth=depth)
    parameters = replace(BOOTSTRAPPING, bootstrap=asked)
    engine = make_engine(parameters)
    Bootstrap(Context(parameters, engine), engine)


def test_a_bootstrap_takes_what_is_at_a_higher_level(tmp_path: Path) -> None:
    owner = FHEliumKeyOwner(BOOTSTRAPPING)
    evaluator = FHEliumEvaluator(BOOTSTRAPPING, tmp_path, owner.generate(tmp_path, [], bootstrap=True))
    values = np.linspace(-1, 1, BOOTSTRAPPING.slots)
    refreshed = evaluator.bootstrap(owner.encrypt(values, 3))
    assert evaluator.level(refreshed) == capabilities(BOOTSTRAPPING).bootstrap_output_level
    assert np.abs(owner.decrypt(refreshed) - values).max() < 2.0**-11


def test_a_bootstrap_without_its_keys_says_which_are_missing(tmp_path: Path) -> None:
    owner = FHEliumKeyOwner(BOOTSTRAPPING)
    evaluator = FHEliumEvaluator(BOOTSTRAPPING, tmp_path, owner.generate(tmp_path, [], bootstrap=False))
    with pytest.raises(ExecutionError, match="no keys for a bootstrap; ask for them"):
        evaluator.bootstrap(owner.encrypt(np.zeros(BOOTSTRAPPING.slots), 1))
