"""What the evaluator has: the announced files, no secret key, and no way to decrypt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from backends.conformance.parties import (
    PARAMETERS,
    LeftOut,
    Parties,
    demand,
    demand_refusal,
)
from backends.errors import ParameterError, Unsupported
from backends.interface import KeyFile, SecurityFacts, Vector
from backends.registry import load_attack, load_library

KINDS = {"context", "public_key", "relinearisation_key", "rotation_keys", "conjugation_key"}
SECRETIVE = re.compile(r"secret|private|decrypt|keygen|keyowner|keypair", re.IGNORECASE)
#: A ciphertext and what it holds, which the kit leaves for whoever attacks.
CIPHERTEXT, HELD = "attacked", "held.npy"
#: How little an attack's result may agree with what was encrypted, as a correlation.
STRANGE = 0.2
FEWEST_ATTEMPTS = 3
#: Bits by which two sums of the same logarithms may differ.
EQUAL_BITS = 1e-6


def the_folder_holds_what_was_announced_and_nothing_else(parties: Parties) -> None:
    """Every file of the key owner's is announced, of a kind that an evaluator may have, and not empty."""
    names = sorted(file.name for file in parties.files)
    there = sorted(path.name for path in parties.folder.iterdir())
    demand(names == there, f"the key owner announces {names} and writes {there}")
    strange = {file.kind for file in parties.files} - KINDS
    demand(not strange, f"files are announced as {', '.join(sorted(strange))}; there are {', '.join(KINDS)}")
    empty = [name for name in names if not (parties.folder / name).stat().st_size]
    demand(not empty, f"{', '.join(empty)} is empty")


def security_facts_are_those_of_the_parameters(parties: Parties) -> None:
    """The ring, the secret, and the moduli that the library really has."""
    facts = parties.owner.security()
    demand(facts.log_n == PARAMETERS.log_n, f"log_n is {facts.log_n} where {PARAMETERS.log_n} is asked for")
    if not parties.encrypts:
        return
    log_q = PARAMETERS.first_modulus_bits + PARAMETERS.depth * PARAMETERS.scale_bits
    demand(facts.secret == PARAMETERS.secret, f"the secret is {facts.secret}, not {PARAMETERS.secret}")
    demand(abs(facts.log_q - log_q) <= 1, f"log_q is {facts.log_q:.2f} where about {log_q} is asked for")
    demand(abs(facts.log_p - 60) <= 1, f"log_p is {facts.log_p:.2f} where one special prime of 60 bits is")


def the_security_foretold_is_that_of_the_keys(parties: Parties, foretold: SecurityFacts | None) -> None:
    """What capabilities say before there are keys is what the library then has."""
    if foretold is None:
        raise LeftOut("the capabilities foretell no security; give them `security` where its rule is known")
    found = parties.owner.security()
    demand(agree(foretold, found), f"capabilities foretell {foretold}, and the keys have {found}")


def agree(foretold: SecurityFacts, found: SecurityFacts) -> bool:
    """Whether what was foretold is what was found, but for rounding and for who tells it."""
    rounded = [(one.log_q, one.log_p, one.error_deviation or 0.0) for one in (foretold, found)]
    alike = replace(foretold, log_q=found.log_q, log_p=found.log_p, error_deviation=found.error_deviation)
    return replace(alike, secret_from=found.secret_from, error_from=found.error_from) == found and all(
        abs(a - b) < EQUAL_BITS for a, b in zip(*rounded, strict=True)
    )


def names_its_versions(parties: Parties) -> None:
    """Of the library and of what it is built on."""
    versions = parties.library.versions()
    wrong = {name: one for name, one in versions.items() if not re.match(r"\d+\.\d+", one)}
    demand(bool(versions) and not wrong, f"versions are {versions}; give numbers such as 1.2.3 by name")


def refuses_parameters_below_the_security_demanded(parties: Parties) -> None:
    """The library's own check, where it has one, or its capabilities."""
    if not parties.encrypts:
        raise LeftOut("a simulator has no key to judge")
    demanding = type(PARAMETERS).from_json({**PARAMETERS.to_json(), "security": 128})
    demand_refusal(
        "a set of 290 + 60 bits at N = 2^12, where 128 bits of security are demanded,",
        lambda: parties.library.key_owner(demanding),
        ParameterError,
        Unsupported,
    )


def the_evaluator_object_holds_no_secret(parties: Parties) -> None:
    """By the names of what can be reached from it."""
    demand(not hasattr(parties.evaluator, "decrypt"), "the evaluator has a method decrypt; remove it")
    names = {type(value).__name__ for value in reachable(parties.evaluator)}
    found = sorted(name for name in names if SECRETIVE.search(name))
    demand(not found, f"the evaluator holds {', '.join(found)}; keep what decrypts with the key owner")


def reachable(value: object, seen: set[int] | None = None) -> Iterator[object]:
    """A value, its attributes, its items, and theirs."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, type):
        return
    seen.add(id(value))
    yield value
    children: list[object] = list(vars(value).values()) if hasattr(value, "__dict__") else []
    children += list(value.values()) if isinstance(value, dict) else []
    children += list(value) if isinstance(value, (list, tuple, set)) else []
    for child in children:
        yield from reachable(child, seen)


def leave_a_ciphertext(parties: Parties) -> None:
    """Write a ciphertext and what it holds, for an attack in a process that has no key owner."""
    held = parties.values()
    parties.owner.write(parties.owner.encrypt(held, PARAMETERS.depth), parties.scratch / CIPHERTEXT)
    np.save(parties.scratch / HELD, held)


CHECKS = (
    the_folder_holds_what_was_announced_and_nothing_else,
    security_facts_are_those_of_the_parameters,
    names_its_versions,
    refuses_parameters_below_the_security_demanded,
    the_evaluator_object_holds_no_secret,
)


def attacked(adapter: str, attack: str, scratch: Path, files: list[KeyFile]) -> None:
    """Try to decrypt with what an evaluator has, in the ways that the adapter declares.

    Args:
        adapter: `module:Class` of a `Library`.
        attack: `module:function` of a `backends.registry.Attack`.
        scratch: where the keys and the ciphertext of `leave_a_ciphertext` are.
        files: the key files.

    Raises:
        NotConforming: one of them decrypts, or there are too few.
    """
    keys = scratch / "keys"
    evaluator = load_library(adapter).evaluator(PARAMETERS, keys, files)
    ciphertext, held = evaluator.read(scratch / CIPHERTEXT), np.load(scratch / HELD)
    attempts = load_attack(attack)(evaluator, ciphertext, [keys / file.name for file in files])
    tried = 0
    for what, attempt in attempts:
        tried += 1
        found = _outcome(attempt, len(held))
        if found is not None:
            given = (
                f"{what} gives {len(found)} values where {len(held)} slots are encrypted; give all of them"
            )
            demand(len(found) == len(held), given)
            demand(_agreement(found, held) < STRANGE, f"{what} decrypts; the evaluator must not be able to")
    demand(tried >= FEWEST_ATTEMPTS, f"the attack tries {tried} ways; try at least {FEWEST_ATTEMPTS}")


def _agreement(found: Vector, held: Vector) -> float:
    """The correlation's size; none where what came out is constant, or not finite."""
    if not np.isfinite(found).all() or not np.ptp(found):
        return 0.0
    return float(abs(np.corrcoef(found, held)[0, 1]))


def _outcome(attempt: Callable[[], Vector], slots: int) -> Vector | None:
    """The slots that came out; None where the library refused."""
    try:
        return np.asarray(np.real(np.asarray(attempt()))[:slots], np.float64)
    except (ValueError, RuntimeError, TypeError, IndexError):
        return None
