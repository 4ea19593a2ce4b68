"""What a piece of work is made of, by theory: amounts of terms, whose prices are fitted to measured times.

The terms are those of the usual analysis of key switching with several digits (Han and Ki 2020; Bossuat et
al. 2021, section 5): number-theoretic transforms of one prime, products of residues, and a call itself, which
from Python has a price of its own. An amount is linear in how often the work is done, so that the work of a
whole program, or of all rows of a record, is a sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, log2

from backends.interface import Capabilities
from backends.microbenchmarks import KEY_KINDS
from backends.parameters import ParameterSet
from backends.primitives import Cost, Primitive

#: A primitive or a stage, and one of its terms → how much of it.
Term = tuple[str, str]
Terms = Mapping[Term, float]

#: What a key owner and an evaluator make of a parameter set before they do anything.
CONTEXT = ("key_owner", "evaluator")
#: What no other stage holds: starting two processes (`start`), and carrying files between them (`bytes`).
OTHER = "other"
#: The part of transforms and products that threads of a library share: two took 0.6 of the time of one for
#: OpenFHE's bootstraps at N = 2^16.
SHARED = 0.8
#: The part of an evaluation that instructions side by side share, each on one thread of the library: two
#: took 0.74 of the time of one at N = 2^16.
SIDE_BY_SIDE = 0.52
MILLION = 1_000_000
THREADED = ("points", "transforms", "switches", "plaintexts", "raised once", "raised", "lowered")
#: What runs with nothing beside it.
ALONE = (Primitive.BOOTSTRAP.operation, Primitive.ROUND_TRIP.operation)
#: What measures two primitives in a row.
IN_A_ROW = {"multiply_relinearise": (Primitive.MULTIPLY.operation, Primitive.RELINEARISE.operation)}
#: Primitives by their names in records.
_COSTS = {one.recorded: one.cost for one in Primitive if one.counted}


@dataclass(frozen=True)
class Setting:
    """Where work is done.

    Attributes:
        parameters: the parameter set.
        capabilities: what the library offers there, a bootstrap's size among it.
        threads: the evaluator's.
        bootstraps: whether ciphertexts are bootstrapped, so that there are keys for it.
        simulates: whether the backend computes in the clear, where a ciphertext is one number a slot.
        workers: how many instructions run side by side, each on one thread; 1 is all threads for each.
    """

    parameters: ParameterSet
    capabilities: Capabilities
    threads: int = 1
    bootstraps: bool = False
    simulates: bool = False
    workers: int = 1

    @property
    def chain(self) -> int:
        """Primes of a fresh ciphertext."""
        return self.primes(self.parameters.depth)

    @property
    def special(self) -> int:
        """Primes of P."""
        return 0 if self.simulates else self.parameters.special_primes

    def primes(self, level: int) -> int:
        """Primes of a ciphertext at a level."""
        return 1 if self.simulates else level + 1

    def digits(self, level: int) -> int:
        """Key-switching digits that a ciphertext at a level fills."""
        per_digit = ceil((self.parameters.depth + 1) / self.parameters.digits)
        return 1 if self.simulates else ceil((level + 1) / per_digit)


@dataclass(frozen=True)
class Work:
    """So much of one primitive at one level.

    Attributes:
        name: as in records, or one of `CONTEXT` or `OTHER`.
        level: of its operands; None where it has none.
        calls: the instructions or calls in which it is done.
        count: how often; a compound does several in a call.
        size_bytes: what is carried, of `OTHER` alone.
    """

    name: str
    level: int | None = None
    calls: float = 1
    count: float = 1
    size_bytes: int = 0


def terms(work: Work, where: Setting) -> Terms:
    """What a piece of work is made of; amounts of points and transforms are in millions."""
    return _terms(work, where, 1 - SHARED + SHARED / where.threads)


def evaluated(work: Work, where: Setting) -> Terms:
    """The same within an evaluation: its share of the wall where instructions run side by side."""
    if where.workers == 1 or work.name in ALONE:
        return terms(work, where)
    share = 1 - SIDE_BY_SIDE + SIDE_BY_SIDE / where.workers
    return {term: share * amount for term, amount in _terms(work, where, 1.0).items()}


def _terms(work: Work, where: Setting, shorter: float) -> dict[Term, float]:
    """Terms, those that threads share made shorter."""
    found: defaultdict[Term, float] = defaultdict(float)
    for part in _parts(work, where):
        for term, amount in _amounts(part.name, part, where).items():
            found[part.name, term] += amount * (shorter if term in THREADED else 1)
    return found


def _parts(work: Work, where: Setting) -> Iterator[Work]:
    """What is measured under one name and is made of others, which have prices of their own."""
    if work.name != Primitive.ROUND_TRIP.operation:
        yield from (replace(work, name=name) for name in IN_A_ROW.get(work.name, (work.name,)))
        return
    yield work
    for level, ciphers in ((work.level, "decrypt"), (where.parameters.depth, "encrypt")):
        for name in ("serialise_ciphertext", "load_ciphertext", ciphers):
            yield replace(work, name=name, level=level)


def _amounts(name: str, work: Work, where: Setting) -> dict[str, float]:
    """The terms of one primitive."""
    n = where.parameters.n / MILLION
    transform = n * log2(where.parameters.n)
    calls, count = work.calls, work.count
    if name in CONTEXT:
        return {"call": calls, "points": calls * n * where.chain**2}
    if name == OTHER:
        return {"start": calls, "bytes": work.size_bytes / MILLION}
    action, _, kind = name.partition("_")
    if kind in KEY_KINDS:
        return _keys(action, kind, count, where)
    if name == Primitive.ROUND_TRIP.operation:  # messages; all else has names of its own
        return {"call": calls}
    if name == Primitive.BOOTSTRAP.operation:  # what it takes hangs on its level on no account
        top = where.digits(where.parameters.depth) * (where.chain + where.special)
        usual = count * where.capabilities.bootstrap_work
        return {
            "call": calls,
            "switches": usual * where.capabilities.bootstrap_keys * top * transform,
            "plaintexts": usual * where.capabilities.bootstrap_plaintexts * n * where.chain,
        }
    level = 0 if work.level is None else work.level
    primes = where.primes(level)
    found = {"call": calls, "one": count, "points": count * n * primes}
    cost = _COSTS.get(name, Cost(per_prime=1))
    if cost.key_switches:
        raised = where.digits(level) * (primes + where.special)
        found["raised once"] = calls * transform * raised
        found["raised"] = count * transform * raised
        found["points"] = count * n * raised
        found["lowered"] = count * transform * (primes + where.special)
    elif cost.per_prime >= 1 or name not in _COSTS:
        found["transforms"] = count * transform * primes
        found["slots"] = count * transform
    return found


def _keys(action: str, kind: str, count: float, where: Setting) -> dict[str, float]:
    """Making, writing or loading keys of one kind."""
    n = where.parameters.n / MILLION
    digits = 1 if kind == "public_key" else where.digits(where.parameters.depth)
    residues = digits * (where.chain + where.special) * n
    if kind == "bootstrap_keys":
        residues *= where.capabilities.bootstrap_keys
    term = "transforms" if action == "generate" else "points"
    amount = residues * (log2(where.parameters.n) if action == "generate" else 1)
    return {"one": count, term: count * amount}
