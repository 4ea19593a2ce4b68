"""The groups of checks: each is run in a process of its own, because libraries keep keys in a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backends.audit import Audit
from backends.conformance import complex_slots, operations, optional, programs, secrecy
from backends.conformance.parties import LeftOut, Parties, demand
from backends.interface import Capabilities, KeyFile, SecurityFacts
from backends.parameters import ParameterSet
from backends.registry import load_binding

#: What the key owner announced, for the attack, which is another process.
FILES = "files.json"


@dataclass(frozen=True)
class Candidate:
    """What the kit has to know of a backend, without its descriptor.

    Attributes:
        adapter: `module:Class` of its `Library`.
        simulates: whether it computes in the clear.
        attack: `module:function` of a `backends.registry.Attack`.
        audit: `module:NAME` of a `backends.audit.Binding`.
        native_types: program → `module:Class` of a `backends.native.NativeTypes`.
        bootstrap: its capabilities at `bootstrapping`; None where there is no bootstrap.
        bootstrapping: the set at which it bootstraps.
        foretold: what its capabilities foretell of the keys' security, if anything.
        complex_slots: whether its capabilities announce complex slots.
    """

    adapter: str
    simulates: bool
    attack: str | None
    audit: str | None
    native_types: Mapping[str, str]
    bootstrap: Capabilities | None
    bootstrapping: ParameterSet
    foretold: SecurityFacts | None
    complex_slots: bool


@dataclass(frozen=True)
class Check:
    """One thing that is checked.

    Attributes:
        name: in plain words.
        run: raises NotConforming, LeftOut, or whatever the adapter raises.
    """

    name: str
    run: Callable[[], None]


#: The checks of a group, in order; where the first makes what the others need and fails, it is the last.
Group = Callable[[Candidate, Path], Iterator[Check]]


def _operations(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    made: list[Parties] = []

    def make() -> None:
        made.append(_parties(candidate, scratch, scratch))

    yield Check("makes keys and both roles", make)
    for parties in made:
        for one in (*operations.CHECKS, *secrecy.CHECKS, programs.random_programs_agree_with_numpy):
            yield Check(one.__name__.replace("_", " "), partial(one, parties))
        of_complex_slots = (
            complex_slots.CHECKS if candidate.complex_slots else (complex_slots.refuses_to_conjugate,)
        )
        for one in of_complex_slots:
            yield Check(f"complex slots: {one.__name__.replace('_', ' ')}", partial(one, parties))
        foretold = partial(secrecy.the_security_foretold_is_that_of_the_keys, parties, candidate.foretold)
        yield Check("the security foretold is that of the keys", foretold)
        for task in _tasks(candidate, scratch):
            yield Check(f"computes the model {task.name}", partial(programs.run_model, parties, task))
        yield Check("writes a ciphertext for the attack", partial(_leave, parties))


def _parties(candidate: Candidate, folder: Path, models: Path) -> Parties:
    """Both roles, with the keys that the checks and all programs need, which lie in `models`."""
    steps = sorted(programs.steps(models))
    return Parties.made(candidate.adapter, folder, steps, candidate.complex_slots)


def _tasks(candidate: Candidate, models: Path) -> Iterator[programs.Task]:
    """The programs of all models, and one with complex slots where the library has them."""
    yield from programs.tasks(models)
    if candidate.complex_slots:
        yield complex_slots.turning_task()


def _leave(parties: Parties) -> None:
    secrecy.leave_a_ciphertext(parties)
    (parties.scratch / FILES).write_text(json.dumps([[file.kind, file.name] for file in parties.files]))


def _attack(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    def attack() -> None:
        if candidate.simulates:
            raise LeftOut("a simulator has no secret")
        demand(candidate.attack is not None, "the descriptor names no attack; write one, and name it there")
        demand((scratch / FILES).is_file(), "there is no ciphertext to attack; see the operations")
        files = [KeyFile(*entry) for entry in json.loads((scratch / FILES).read_text())]
        secrecy.attacked(candidate.adapter, str(candidate.attack), scratch, files)

    yield Check("the evaluator's process cannot decrypt", attack)


def _keys(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    check = partial(
        optional.makes_and_loads_keys_one_kind_at_a_time, candidate.adapter, _fresh(scratch, "kinds")
    )
    yield Check("makes and loads keys one kind at a time", check)
    again = partial(
        optional.goes_on_with_a_secret_key_that_was_kept, candidate.adapter, _fresh(scratch, "kept")
    )
    yield Check("goes on with a secret key that was kept", again)


def _bootstrap(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    def bootstrap() -> None:
        if candidate.bootstrap is None:
            raise LeftOut("the library has no bootstrap")
        folder = _fresh(scratch, "bootstrap")
        optional.bootstraps_as_announced(
            candidate.adapter, folder, candidate.bootstrapping, candidate.bootstrap
        )

    yield Check("bootstraps as announced", bootstrap)


def _native(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    for program, types in candidate.native_types.items():
        check = partial(
            optional.own_types_compute_layers_and_hide_the_secret_key, types, _fresh(scratch, program)
        )
        yield Check(f"{program} of the library's own compute layers and hide the secret key", check)


def _audit(candidate: Candidate, scratch: Path) -> Iterator[Check]:
    made: list[tuple[Audit, Parties]] = []

    def begin() -> None:
        if candidate.simulates:
            raise LeftOut("a simulator has no library at whose calls to count")
        demand(
            candidate.audit is not None,
            "the descriptor names no audit; say what each call of the library executes, and name it there",
        )
        audit = Audit(load_binding(str(candidate.audit)))
        audit.install()
        folder = _fresh(scratch, "audit")
        made.append((audit, _parties(candidate, folder, scratch)))

    yield Check("says what each call of the library executes", begin)
    for audit, parties in made:
        for task in _tasks(candidate, scratch):
            check = partial(programs.run_model, parties, task, audit)
            yield Check(f"executes what it counts in the model {task.name}", check)


def _fresh(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder


GROUPS: Mapping[str, Group] = {
    "operations": _operations,
    "attack": _attack,
    "keys": _keys,
    "bootstrap": _bootstrap,
    "native types": _native,
    "audit": _audit,
}
