"""What is drawn has the size that the libraries' primitives were measured to have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backends.noise.drawn import REFUSED, Noise
from backends.noise.traits import Reduction, Traits
from tests.toy import BOOTSTRAPS, ROUND_TRIPS, SLOTS_FIRST_BOOTSTRAPS

SEAL = Traits(divides_fresh=True)
OPENFHE = Traits(floors=True, floods=True, sums_extended=True)


def bits(noise: np.ndarray) -> float:
    return float(-np.log2(np.abs(noise.real).mean()))


def test_one_party_draws_the_same_twice_and_another_other_noise_of_one_key() -> None:
    first, again, other = (Noise(ROUND_TRIPS, SEAL, party) for party in ("a", "a", "b"))
    drawn = first.fresh()
    assert (drawn == again.fresh()).all()
    assert (drawn != other.fresh()).all()
    assert (first.secret == other.secret).all()


@pytest.mark.parametrize(
    ("traits", "instruction", "measured"),
    [  # the mean errors of `primitives_toy` at N = 2^12 and scale 2^40
        (SEAL, lambda noise: noise.fresh(), 31.1),
        (SEAL, lambda noise: noise.fresh() + noise.switched(product=False), 30.5),
        (SEAL, lambda noise: noise.fresh() + noise.rescaled(), 30.6),
        (OPENFHE, lambda noise: noise.decrypted(noise.fresh()), 26.4),
    ],
)
def test_noise_is_as_large_as_measured(traits: Traits, instruction: object, measured: float) -> None:
    assert callable(instruction)
    assert bits(instruction(Noise(ROUND_TRIPS, traits, "a"))) == pytest.approx(measured, abs=0.4)


def test_rounding_down_errs_most_in_the_slots_next_to_one_and_alike_in_every_rotation() -> None:
    noise = Noise(ROUND_TRIPS, OPENFHE, "a")
    first, second = noise.switched(product=False), noise.switched(product=False)
    assert set(np.argsort(np.abs(first))[-2:]) == {0, 1699}
    assert abs(first[0] - second[0]) < 0.2 * abs(first[0])
    to_nearest = Noise(ROUND_TRIPS, SEAL, "a").switched(product=False)
    assert np.abs(to_nearest).max() < 0.2 * np.abs(first).max()


def test_a_key_switch_hardly_shows_under_the_scale_of_a_product() -> None:
    noise = Noise(ROUND_TRIPS, SEAL, "a")
    assert bits(noise.switched(product=True)) > bits(noise.switched(product=False)) + 39


def test_a_sine_bends_coefficients_of_the_usual_bootstrap_and_slots_of_the_other() -> None:
    exact = Traits(reduction=lambda parameters: Reduction(correction=5, mismatch=0.0, factor=0.0))
    slots = np.full(BOOTSTRAPS.slots, 0.5 + 0j)
    bent = 0.5 - 32 / (2 * np.pi) * np.sin(2 * np.pi * 0.5 / 32)
    usual = Noise(BOOTSTRAPS, exact, "a").bootstrapped(slots)  # its one coefficient is the mean
    assert np.allclose(0.5 - usual.real, bent)
    first = Noise(SLOTS_FIRST_BOOTSTRAPS, exact, "a").bootstrapped(slots + np.eye(1, BOOTSTRAPS.slots)[0])
    assert np.allclose(0.5 - first.real[1:], bent)
    assert 1.5 - first.real[0] > 20 * bent


def test_a_mismatch_of_the_modulus_is_scaled_up_by_the_correction_factor() -> None:
    """`backends.openfhe.context` has the formula."""
    told = Traits(reduction=lambda parameters: Reduction(correction=8, mismatch=1e-9, factor=0.0))
    apart = 1e-9 * 1.66 * 2**8
    usual = Noise(BOOTSTRAPS, told, "a").bootstrapped(np.zeros(BOOTSTRAPS.slots, complex))
    assert usual.real.std() == pytest.approx(apart * BOOTSTRAPS.n**0.5 / 2**0.5, rel=0.1)
    first = Noise(SLOTS_FIRST_BOOTSTRAPS, told, "a").bootstrapped(np.zeros(BOOTSTRAPS.slots, complex))
    assert first.real.std() == pytest.approx(apart, rel=0.1)
    assert not first.imag.any()  # the library computes real parts alone


def test_a_second_iteration_errs_less_by_the_bits_of_the_first() -> None:
    told = Traits(reduction=lambda parameters: Reduction(correction=5, mismatch=1e-9, factor=0.0))
    assert BOOTSTRAPS.bootstrap is not None
    twice = replace(
        BOOTSTRAPS, bootstrap=replace(BOOTSTRAPS.bootstrap, iterations=2, first_precision_bits=10)
    )
    nothing = np.zeros(BOOTSTRAPS.slots, complex)
    once = Noise(BOOTSTRAPS, told, "a").bootstrapped(nothing)
    assert bits(Noise(twice, told, "a").bootstrapped(nothing)) == pytest.approx(bits(once) + 10, abs=0.3)


@pytest.mark.parametrize(("size", "refused"), [(0.9, False), (1.1, True)])
def test_a_library_that_floods_refuses_what_it_cannot_take_for_noise(size: float, refused: bool) -> None:
    noise = Noise(ROUND_TRIPS, OPENFHE, "key owner")
    imaginary = np.random.default_rng(4).normal(0, size * REFUSED * np.sqrt(ROUND_TRIPS.n), ROUND_TRIPS.slots)
    assert np.isnan(noise.decrypted(1 + 1j * imaginary)).all() == refused
