"""What a library may lack: it does it as announced, or says that it does not; each in its own process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backends.conformance.parties import MINIMUM_BITS, PARAMETERS, LeftOut, demand, demand_bits
from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.parameters import BootstrapParameters, ParameterSet
from backends.registry import load_library, load_native_types

#: INSECURE: four levels are left after a bootstrap.
BOOTSTRAPPING = ParameterSet(
    log_n=11,
    first_modulus_bits=55,
    scale_bits=50,
    depth=18,
    digits=3,
    secret="sparse_encapsulated",
    security=0,
    bootstrap=BootstrapParameters((2, 2), correction_factor=5, depth=14),
)
BOOTSTRAP_BITS = 12.0
#: No library's own types run at less than 128 bits.
NATIVE = ParameterSet(log_n=13, first_modulus_bits=50, scale_bits=40, depth=2, digits=3)
COEFFICIENTS = (0.1, 0.4, -0.3, 0.2)


def bootstraps_as_announced(
    adapter: str, scratch: Path, parameters: ParameterSet, offered: Capabilities
) -> None:
    """A bootstrap from the lowest level that it takes leaves the level and the values announced."""
    library = load_library(adapter)
    owner = library.key_owner(parameters)
    files = owner.generate(scratch, (), bootstrap=True, conjugation=offered.complex_bootstrap)
    evaluator = library.evaluator(parameters, scratch, files)
    values = np.random.default_rng(3).uniform(-1, 1, parameters.slots)
    entry, output = offered.bootstrap_input_level, offered.bootstrap_output_level
    refreshed = evaluator.bootstrap(owner.encrypt(values, entry))
    level, counts = evaluator.level(refreshed), dict(evaluator.counts)
    demand(level == output, f"a bootstrap leaves level {level} where {output} is announced")
    demand(counts == {"bootstraps": 1}, f"the adapter counts {counts} for one bootstrap")
    demand_bits(owner.decrypt(refreshed), values, BOOTSTRAP_BITS, "what a bootstrap returns")
    if offered.complex_bootstrap:
        refreshed = evaluator.bootstrap(owner.encrypt(values[::-1] + 1j * values, entry))
        turned = evaluator.rescale(evaluator.multiply_plain(refreshed, evaluator.encode(-1j, level)))
        doubled = owner.decrypt(evaluator.add(turned, evaluator.conjugate(turned)))
        demand_bits(doubled, 2 * values, BOOTSTRAP_BITS, "the imaginary part that a bootstrap returns")


def makes_and_loads_keys_one_kind_at_a_time(adapter: str, scratch: Path) -> None:
    """Keys that were made, written and loaded apart, again and again, as when they are measured, are good.

    Raises:
        LeftOut: the adapter makes none one kind at a time, and says so.
    """
    library = load_library(adapter)
    owner = library.key_owner(PARAMETERS)
    files = owner.generate(scratch, (1, 2), bootstrap=False)
    evaluator = library.evaluator(PARAMETERS, scratch, files)
    apart = scratch / "apart"
    apart.mkdir()
    try:
        for kind in ("public_key", "relinearisation_key", "rotation_keys"):
            for _ in range(2):
                owner.release_keys(owner.make_keys(kind, (1,)))
            keys = owner.make_keys(kind, (1,))
            file = owner.write_keys(keys, apart)
            owner.release_keys(keys)
            demand(file.kind == kind, f"keys of the kind {kind} are written as {file.kind}")
            if kind != "public_key":  # which is of another secret key
                evaluator.load_keys(apart, file)
                evaluator.load_keys(apart, file)
    except Unsupported as error:
        demand(
            "make_keys" in str(error) or "load_keys" in str(error), f"the reason is {error}; name the method"
        )
        raise LeftOut(str(error)) from error
    a, b = np.random.default_rng(4).uniform(-1, 1, (2, PARAMETERS.slots))
    x, y = owner.encrypt(a, 3), owner.encrypt(b, 3)
    product = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, y)))
    demand_bits(
        owner.decrypt(evaluator.rotate(x, 1)), np.roll(a, -1), MINIMUM_BITS, "a rotation by such a key"
    )
    demand_bits(owner.decrypt(product), a * b, MINIMUM_BITS, "a product relinearised by such a key")


def goes_on_with_a_secret_key_that_was_kept(adapter: str, scratch: Path) -> None:
    """With the secret key of another, a key owner decrypts what was encrypted before, and encrypts.

    Raises:
        LeftOut: the adapter tells no secret key, and says so.
    """
    library = load_library(adapter)
    owner = library.key_owner(PARAMETERS)
    owner.generate(scratch, (), bootstrap=False)
    values = np.random.default_rng(6).uniform(-1, 1, PARAMETERS.slots)
    owner.write(owner.encrypt(values, 1), scratch / "before")
    again = library.key_owner(PARAMETERS)
    try:
        again.restore(owner.secret())
    except Unsupported as error:
        raise LeftOut(str(error)) from error
    demand_bits(again.decrypt(again.read(scratch / "before")), values, MINIMUM_BITS, "a ciphertext of before")
    demand_bits(owner.decrypt(again.encrypt(values, 1)), values, MINIMUM_BITS, "a ciphertext of afterwards")


def own_types_compute_layers_and_hide_the_secret_key(types: str, scratch: Path) -> None:
    """A library's own types against clear arithmetic, and what their evaluator can decrypt.

    Args:
        types: `module:Class` of a `backends.native.NativeTypes`.
        scratch: an empty folder.
    """
    library = load_native_types(types)
    owner = library.key_owner(NATIVE)
    owner.make_keys()
    files = owner.write_keys(scratch)
    evaluator = library.evaluator(NATIVE, scratch, files)
    random = np.random.default_rng(5)
    rows, weight, bias = (
        random.uniform(-1, 1, (3, 6)),
        random.uniform(-1, 1, (4, 6)),
        random.uniform(-1, 1, 4),
    )
    received = []
    for number, ciphertext in enumerate(owner.encrypt(rows)):
        owner.write(ciphertext, scratch / f"sent{number}")
        received.append(evaluator.read(scratch / f"sent{number}"))
    results = {
        "a linear map": (evaluator.linear(received, weight, bias), rows @ weight.T + bias),
        "a polynomial": (
            evaluator.polynomial(received, COEFFICIENTS),
            np.polynomial.polynomial.polyval(rows, COEFFICIENTS),
        ),
    }
    for what, (ciphertexts, expected) in results.items():
        returned = []
        for number, ciphertext in enumerate(ciphertexts):
            evaluator.write(ciphertext, scratch / f"result{number}")
            returned.append(owner.read(scratch / f"result{number}"))
        demand_bits(owner.decrypt(returned), expected, MINIMUM_BITS - 2, what)
    demand(not _decrypts(received[0]), "what the evaluator holds decrypts; give it no secret key")


def _decrypts(ciphertext: object) -> bool:
    """Whether what an evaluator holds decrypts by itself, as some libraries' types offer."""
    try:
        ciphertext.decrypt()  # type: ignore[attr-defined]
    except (AttributeError, ValueError, RuntimeError):
        return False
    return True
