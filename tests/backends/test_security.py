"""The judge of security: bounds, what real moduli make of them, and demands that cannot be met."""

import math
from dataclasses import replace

import pytest

from backends.errors import ParameterError, Unsupported
from backends.interface import Capabilities, SecurityFacts
from backends.parameters import BootstrapParameters, ParameterSet
from backends.security import (
    LARGEST_EPHEMERAL_LOG_QP,
    LARGEST_LOG_QP,
    check_demand,
    foretold,
    judge,
    named,
    nominal,
)

BOOTSTRAP = BootstrapParameters(level_budget=(3, 3), correction_factor=5, depth=16)


def facts(log_n: int, log_qp: float, secret: str = "uniform_ternary") -> SecurityFacts:
    return SecurityFacts(log_n=log_n, log_q=log_qp - 60, log_p=60.0, secret=secret)


def demand(parameters: ParameterSet) -> None:
    """Check a set as far as it says itself."""
    check_demand(parameters, nominal(parameters))


@pytest.mark.parametrize(
    ("log_n", "log_qp", "bits"),
    [
        (14, 430.0, 128),
        (14, 431.0, None),
        (15, 868.0, 128),
        (15, 870.0, None),
        (16, 1747.0, 128),
        (17, 3524.0, None),
        (14, 297.0, 192),
        (14, 297.5, 128),
        (14, 230.0, 256),
        (10, 60.5, None),
        (18, 400.0, None),
    ],
)
def test_bits_are_the_highest_class_met(log_n: int, log_qp: float, bits: int | None) -> None:
    verdict = judge(facts(log_n, log_qp))
    assert (verdict.bits, verdict.secure) == (bits, bits is not None)
    assert verdict.log_qp == log_qp


def test_a_modulus_is_not_rounded_in_its_own_favour() -> None:
    assert judge(facts(14, 430.001)).bits is None


def test_bounds_of_2018_are_refused() -> None:
    """Defect 13: N = 2^15 passes SEAL with 881 bits, and public code ran with 1,552."""
    assert not judge(facts(15, 881.0)).secure
    assert not judge(facts(15, 1552.0)).secure


def test_a_sparse_main_secret_is_not_judged_by_the_dense_row() -> None:
    assert judge(facts(16, 1735.0)).bits == 128
    sparse = judge(facts(16, 1735.0, "sparse_encapsulated"))
    assert (sparse.bits, sparse.secure) == (None, False)
    assert judge(facts(16, 1553.0, "sparse_encapsulated")).bits == 128
    assert judge(facts(15, 768.0, "sparse_encapsulated")).bits is None


@pytest.mark.parametrize(
    ("deviation", "secure"), [(None, True), (3.24, True), (3.190000057, True), (3.18, False)]
)
def test_an_error_narrower_than_that_of_the_bounds_meets_none(deviation: float | None, secure: bool) -> None:
    verdict = judge(replace(facts(14, 400.0), error_deviation=deviation, error_from="library"))
    assert (verdict.secure, verdict.error_deviation, verdict.error_from) == (secure, deviation, "library")
    assert verdict.secret_from == "declared"  # where nothing else is said


def test_the_ephemeral_secret_stays_under_its_own_bound() -> None:
    widest = ParameterSet(log_n=16, first_modulus_bits=60, scale_bits=50, depth=20, digits=21)
    special = (widest.nominal_log_qp - 60 - 20 * 50) // widest.special_primes
    assert widest.first_modulus_bits + special <= LARGEST_EPHEMERAL_LOG_QP
    assert "weight 32" in judge(facts(16, 1500.0, "sparse_encapsulated")).source


@pytest.mark.parametrize("log_qp", [math.nan, math.inf, 0.0, -3.0])
def test_a_modulus_that_was_not_read_is_refused(log_qp: float) -> None:
    with pytest.raises(ParameterError, match="log QP is"):
        judge(SecurityFacts(log_n=14, log_q=log_qp, log_p=0.0, secret="uniform_ternary"))


def test_an_unknown_secret_is_refused() -> None:
    with pytest.raises(ParameterError, match="'gaussian'"):
        judge(facts(14, 400.0, "gaussian"))


def test_bounds_grow_with_the_ring_and_fall_with_the_demand() -> None:
    for rows in LARGEST_LOG_QP.values():
        for security in (128, 192, 256):
            column = [row[security] for _, row in sorted(rows.items()) if security in row]
            assert column == sorted(set(column))
        for row in rows.values():
            assert list(row.values()) == sorted(row.values(), reverse=True)


def test_the_shared_sets_meet_their_demand() -> None:
    demand(ParameterSet(log_n=14, first_modulus_bits=48, scale_bits=40, depth=8, digits=9))
    demand(ParameterSet(log_n=15, first_modulus_bits=50, scale_bits=40, depth=18, digits=19))


def test_a_demand_too_high_names_bound_and_remedy() -> None:
    parameters = ParameterSet(log_n=14, first_modulus_bits=51, scale_bits=40, depth=8, digits=9)
    with pytest.raises(ParameterError, match=r"431 bits and 128 bits at N = 2\^14 .* allow 430; lower depth"):
        demand(parameters)


def test_a_sparse_set_within_the_dense_bound_alone_is_refused() -> None:
    parameters = ParameterSet(16, 55, 50, 24, 3, secret="sparse_encapsulated", bootstrap=BOOTSTRAP)
    with pytest.raises(ParameterError, match=r"1735 bits .* allow 1553"):
        demand(parameters)


def test_a_demand_without_a_bound_is_refused() -> None:
    with pytest.raises(ParameterError, match="choose log_n from 11, 12"):
        demand(ParameterSet(10, 26, 20, 1, 1, security=192))
    with pytest.raises(ParameterError, match="choose security: 128"):
        demand(ParameterSet(16, 55, 50, 4, 5, secret="sparse_encapsulated", security=192))


def test_a_toy_set_demands_nothing() -> None:
    demand(ParameterSet(12, 50, 40, 10, 11, security=0))


def test_a_demand_is_judged_by_the_real_modulus_and_the_bound_is_named() -> None:
    """46 + 9·36 + 60 are 430 bits; what exceeds the bound by less than a bit is told with its digits."""
    parameters = ParameterSet(14, first_modulus_bits=46, scale_bits=36, depth=9, digits=10)
    assert parameters.nominal_log_qp == 430
    check_demand(parameters, facts(14, 429.9999))
    with pytest.raises(ParameterError, match=r"log QP is 430\.0004 bits .* allow 430; lower depth"):
        check_demand(parameters, facts(14, 430.0004))
    with pytest.raises(ParameterError, match=r"log QP is 431 bits .* allow 430; lower depth"):
        check_demand(parameters, facts(14, 430.9))


def test_a_demand_of_more_bits_is_not_met_by_128() -> None:
    parameters = ParameterSet(14, 48, 40, 8, 9, security=192)
    assert judge(facts(14, 400.0)).secure
    with pytest.raises(ParameterError, match="allow 297"):
        check_demand(parameters, facts(14, 400.0))


@pytest.mark.parametrize("security", [0, 128])
def test_a_name_says_insecure_by_the_bits_and_not_by_the_demand(security: int) -> None:
    parameters = ParameterSet(14, 48, 40, 8, 9, security=security)
    assert named(parameters, facts(14, 430.0)) == "n14_first48_scale40_depth8_digits9"
    assert named(parameters, facts(14, 430.0004)) == "n14_first48_scale40_depth8_digits9_INSECURE"


def test_what_a_library_cannot_use_is_named_by_what_was_asked_for() -> None:
    def refusing(parameters: ParameterSet) -> Capabilities:
        raise Unsupported("no; choose another")

    parameters = ParameterSet(12, 50, 40, 10, 11, security=0)
    assert foretold(parameters, refusing) == nominal(parameters)
    assert foretold(parameters, lambda _: Capabilities()) == nominal(parameters)
