"""What FHElium can use is known without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.errors import Unsupported
from backends.fhelium.capabilities import capabilities
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, BootstrapParameters, ParameterSet
from backends.registry import get
from backends.security import check_demand
from tests.backends.chains import CHAINS
from tests.toy import PORTABLE

DESCRIBED = get("fhelium").bootstraps_at
assert DESCRIBED is not None
#: INSECURE.
BOOTSTRAPPING = DESCRIBED
SECURE = ParameterSet(16, 51, 50, 29, 8, bootstrap=BootstrapParameters((3, 3), 4, 21))
#: Four digits of seven primes of 50 bits, the last one shorter, and a P of six primes of 60.
HYBRID = ParameterSet(16, 58, 50, 27, 4, security=0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"parties": 3}, "one key owner: .* leave parties out, or choose openfhe"),
        ({"log_slots": 4}, "N/2 slots and no fewer; leave log_slots out"),
        ({"secret": "sparse_encapsulated"}, "draws uniform_ternary ones; choose that"),
        (
            {"log_n": 15, "first_modulus_bits": 40, "scale_bits": 20},
            "6 primes of 20 bits at log_n 15: .* there are 1; choose a larger scale_bits",
        ),
        (
            {"first_modulus_bits": 30, "scale_bits": 28},
            "makes 4 key-switching digits of 7 primes .* not 7; choose digits 4",
        ),
    ],
)
def test_what_it_cannot_use_is_unsupported_with_what_would_be_right(
    changes: dict[str, object], sentence: str
) -> None:
    literal = {**PORTABLE.to_json(), **changes}
    with pytest.raises(Unsupported, match=sentence):
        capabilities(ParameterSet.from_json(literal))


def test_without_a_bootstrap_it_says_so() -> None:
    offered = capabilities(PORTABLE)
    assert offered.bootstrap_output_level is None
    assert offered.no_bootstrap_reason


def test_a_bootstrap_takes_the_levels_of_its_parts() -> None:
    """Two levels for each transform, one for a division, six for the cosine and one for each doubling."""
    offered = capabilities(BOOTSTRAPPING)
    assert (offered.bootstrap_input_level, offered.bootstrap_output_level) == (1, 21 - (4 + 1 + 6 + 6))
    assert offered.complex_bootstrap
    assert offered.bootstrap_period == 2**4


def test_at_128_bits_three_levels_for_each_transform_leave_eight() -> None:
    offered = capabilities(SECURE)
    assert offered.bootstrap_output_level == 8
    assert offered.security is not None
    check_demand(SECURE, offered.security)
    # Seven baby and seven giant steps where a level has 63 diagonals; the largest stride has 32.
    assert len(offered.bootstrap_steps) == 2 * (7 + 7) + 7 + 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"depth": 16}, "takes 17 levels with level budget .2, 2. at log_n 11, not 16; set bootstrap.depth"),
        ({"kind": SLOTS_TO_COEFFICIENTS_FIRST}, "of kind coefficients_to_slots_first, with one iteration"),
        ({"iterations": 2, "first_precision_bits": 9}, "with one iteration; choose that, or openfhe"),
    ],
)
def test_a_bootstrap_that_it_does_not_have_is_unsupported(changes: dict[str, object], sentence: str) -> None:
    bootstrap = BOOTSTRAPPING.bootstrap
    assert bootstrap is not None
    asked = replace(BOOTSTRAPPING, depth=28, bootstrap=replace(bootstrap, **changes))  # type: ignore[arg-type]
    with pytest.raises(Unsupported, match=sentence):
        capabilities(replace(asked, digits=8))


def test_it_bootstraps_from_a_first_modulus_of_twice_the_scale_alone() -> None:
    with pytest.raises(Unsupported, match="of 55 bits with a scale of 50; set first_modulus_bits to 51"):
        capabilities(replace(BOOTSTRAPPING, first_modulus_bits=55))


@pytest.mark.parametrize(
    "parameters", [one for one in CHAINS if one.scale_bits > 30], ids=lambda one: one.name
)
def test_a_set_that_seal_can_use_too_has_the_same_modulus(parameters: ParameterSet) -> None:
    ours, theirs = capabilities(parameters).security, get("seal_python").capabilities(parameters).security
    assert ours is not None
    assert theirs is not None
    # SEAL's error is of a binomial distribution.
    assert replace(ours, error_deviation=theirs.error_deviation) == theirs


def test_digits_may_hold_several_primes() -> None:
    facts = capabilities(HYBRID).security
    assert facts is not None
    assert HYBRID.special_primes == 6
    assert 359 < facts.log_p <= 360
    with pytest.raises(Unsupported, match=r"makes 4 key-switching digits .* not 5; choose digits 4"):
        capabilities(replace(HYBRID, digits=5))
