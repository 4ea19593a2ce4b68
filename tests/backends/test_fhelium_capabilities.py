"""What FHElium can use is known without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.errors import Unsupported
from backends.fhelium.capabilities import capabilities
from backends.parameters import ParameterSet
from backends.registry import get
from tests.backends.chains import CHAINS
from tests.toy import BOOTSTRAPPING, PORTABLE

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


def test_it_does_not_bootstrap() -> None:
    with pytest.raises(Unsupported, match="round_trip refreshes, or a backend that bootstraps"):
        capabilities(BOOTSTRAPPING)


@pytest.mark.parametrize(
    "parameters", [one for one in CHAINS if one.scale_bits > 30], ids=lambda one: one.name
)
def test_a_set_that_seal_can_use_too_has_the_same_modulus(parameters: ParameterSet) -> None:
    assert capabilities(parameters).security == get("seal_python").capabilities(parameters).security


def test_digits_may_hold_several_primes() -> None:
    facts = capabilities(HYBRID).security
    assert facts is not None
    assert HYBRID.special_primes == 6
    assert 359 < facts.log_p <= 360
    with pytest.raises(Unsupported, match=r"makes 4 key-switching digits .* not 5; choose digits 4"):
        capabilities(replace(HYBRID, digits=5))
