"""The conformance kit finds what is wrong, says what, and goes on; a skeleton says what it lacks."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest

from backends import registry
from backends.conformance import complex_slots, operations, programs, secrecy, skeleton
from backends.conformance.parties import PARAMETERS, NotConforming, Parties
from backends.errors import BackendError
from backends.interface import Capabilities, Evaluator, KeyOwner, Library
from backends.parameters import ParameterSet
from backends.registry import Descriptor
from bench.run import conformance
from bench.run.conformance import Outcome, conform

#: An adapter that is the simulator but for what is wrong with it.
FLAWED = """
import os
from dataclasses import replace

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator
from backends.cleartext.library import Cleartext


class Flawed(Cleartext):
    @classmethod
    def evaluator(cls, parameters, folder, files):
        evaluator = super().evaluator(parameters, folder, files)
        {flaw}
        return evaluator
"""


def flawed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaw: str) -> str:
    """An adapter with a flaw, by its place."""
    (tmp_path / "flawed_adapter.py").write_text(FLAWED.format(flaw=flaw))
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("flawed_adapter", None)
    importlib.invalidate_caches()
    return "flawed_adapter:Flawed"


@pytest.mark.parametrize(
    ("flaw", "check", "said"),
    [
        (
            "rotate = evaluator.rotate; evaluator.rotate = lambda a, step: rotate(a, 5)",
            operations.rotates_by_every_step_that_has_a_key,
            "a result at level 0 has .* bits where 20 are due",
        ),
        (
            "add = evaluator.add; evaluator.add = lambda a, b: (add(a, b), add(a, b))[1]",
            operations.adds_subtracts_and_negates,
            "the adapter counts {'additions': 3, 'negations': 1} where {'additions': 2,",
        ),
        (
            "evaluator.drop = lambda a, level: replace(a, level=level + 1)",
            operations.drops_exactly_from_every_level_to_every_lower_one,
            "the adapter counts {} where {'drops': 1} is due",
        ),
        (
            "evaluator.drop = lambda a, level: (evaluator.counts.update(drops=1), a)[1]",
            operations.drops_exactly_from_every_level_to_every_lower_one,
            "the evaluator finds level 1 where 0 is due",
        ),
        (
            "evaluator.rotate = lambda a, step: a",
            operations.refuses_a_rotation_without_its_own_key,
            "a rotation by 65, which has no key, is not refused; raise ExecutionError",
        ),
        (
            "update = evaluator.counts.update\n"
            "        evaluator.conjugate = lambda a: (update(conjugations=1), evaluator.negate(a))[1]",
            complex_slots.conjugates_rotates_and_adds_products,
            r"the adapter counts {.*'negations': 1.*} where {.*} is due",
        ),
        (
            "update = evaluator.counts.update\n"
            "        wrong = lambda a: replace(a, values=1 - a.values)\n"
            "        evaluator.conjugate = lambda a: (update(conjugations=1), wrong(a))[1]",
            complex_slots.encrypts_and_conjugates_complex_slots_at_every_level,
            "a result at level 1 has .* bits where 20 are due",
        ),
        (
            "encode = evaluator.encode; evaluator.encode = lambda v, level: encode(np.real(v), level)",
            complex_slots.encodes_complex_vectors_and_numbers_at_every_level,
            "a result at level 0 has .* bits where 20 are due",
        ),
        (
            "",
            complex_slots.refuses_to_conjugate,
            "a conjugation by a library without complex slots is not refused; raise Unsupported",
        ),
        (
            "evaluator.counts['turns'] = 1",
            operations.counts_under_no_other_name,
            "the adapter counts turns; there are",
        ),
        (
            "count = evaluator.count; evaluator.count = lambda one: [count(one), count(one)]",
            programs.random_programs_agree_with_numpy,
            "the adapter counts .* where .* is due",
        ),
        (
            "evaluator.secret_key = type('SecretKey', (), {})()",
            secrecy.the_evaluator_object_holds_no_secret,
            "the evaluator holds SecretKey; keep what decrypts with the key owner",
        ),
        (
            "(folder / 'secret.key').write_text('1')",
            secrecy.the_folder_holds_what_was_announced_and_nothing_else,
            r"announces \[.*\] and writes \[.*'secret.key'\]",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_flaw_is_found_and_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flaw: str,
    check: Callable[[Parties], None],
    said: str,
) -> None:
    parties = Parties.made(flawed(tmp_path, monkeypatch, flaw), tmp_path, conjugation=True)
    with pytest.raises(NotConforming, match=said):
        check(parties)


def outcomes(descriptor: Descriptor, tmp_path: Path) -> dict[tuple[str, str], Outcome]:
    """What becomes of every check, by group and name."""
    found: list[Outcome] = []
    work, logs = tmp_path / "work", tmp_path / "logs"
    work.mkdir()
    logs.mkdir()
    conform(descriptor, Path(sys.executable), work, logs, found.append)
    return {(one.group, one.check): one for one in found}


def test_a_check_that_ends_the_process_fails_and_the_other_groups_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what its author has not declared fails too."""
    adapter = flawed(tmp_path, monkeypatch, "evaluator.negate = lambda a: os._exit(3)")
    offered = Capabilities(no_bootstrap_reason="it has none")
    found = outcomes(Descriptor("flawed", "", adapter, lambda parameters: offered), tmp_path)
    failed = {place: one.reason for place, one in found.items() if one.state == "failed"}
    assert list(failed) == [
        ("operations", "adds subtracts and negates"),
        ("attack", "the evaluator's process cannot decrypt"),
        ("audit", "says what each call of the library executes"),
    ]
    dead, attack, audit = failed.values()
    assert "was ended with status 3" in dead
    assert "names no attack; write one" in attack
    assert "names no audit; say what each call" in audit
    assert found["operations", "takes values far below the scale for zero"].state == "passed"
    assert found["keys", "makes and loads keys one kind at a time"].state == "left out"


def test_an_attack_that_decrypts_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's values lie open, so what reads them is an attack that succeeds."""
    adapter = flawed(tmp_path, monkeypatch, "pass")
    (tmp_path / "flawed_attack.py").write_text(
        "def attempts(evaluator, ciphertext, paths):\n    yield 'a look', lambda: ciphertext.values\n"
        "    yield 'no look', lambda: 1 / len([])\n"
    )
    parties = Parties.made(adapter, tmp_path)
    secrecy.leave_a_ciphertext(parties)
    with pytest.raises(NotConforming, match="a look decrypts"):
        secrecy.attacked(adapter, "flawed_attack:attempts", tmp_path, parties.files)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("ciphertext.values[:9]", "a look gives 9 values where .* slots are encrypted; give all of them"),
        ("[]", "a look gives 0 values"),
        ("0 * ciphertext.values", "the attack tries 1 ways"),
        ("[float('nan')] * 10**5", "the attack tries 1 ways"),
    ],
)
def test_an_attack_is_judged_by_all_slots_and_by_what_is_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: str, said: str
) -> None:
    """Constant and infinite slots are no decryption, and a part of them says too little."""
    adapter = flawed(tmp_path, monkeypatch, "pass")
    (tmp_path / "other_attack.py").write_text(
        f"def attempts(evaluator, ciphertext, paths):\n    yield 'a look', lambda: {result}\n"
    )
    sys.modules.pop("other_attack", None)
    parties = Parties.made(adapter, tmp_path)
    secrecy.leave_a_ciphertext(parties)
    with pytest.raises(NotConforming, match=said):
        secrecy.attacked(adapter, "other_attack:attempts", tmp_path, parties.files)


def test_a_skeleton_has_every_file_and_method_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    paths = skeleton.write("mylib", package)
    assert {path.name for path in paths} >= {"pyproject.toml", "environment.yaml", "adapter.py", "audit.py"}
    monkeypatch.syspath_prepend(package)
    descriptor = registry.resolve_name("mylib_bench:DESCRIPTOR")
    adapter = importlib.import_module("mylib_bench.adapter")
    for name, base in (("Owner", KeyOwner), ("Computer", Evaluator), ("Adapter", Library)):
        role = vars(adapter)[name]
        assert issubclass(role, base)
        assert not role.__abstractmethods__
        for method in base.__abstractmethods__:
            assert getattr(role, method).__doc__ == getattr(base, method).__doc__
            assert get_type_hints(getattr(role, method))  # whose names are imported
    with pytest.raises(NotImplementedError, match=r"write mylib_bench\.adapter: Adapter\.key_owner"):
        adapter.Adapter.key_owner(PARAMETERS)
    (tmp_path / "kit").mkdir()
    (only,) = outcomes(descriptor, tmp_path / "kit").values()
    assert (only.state, only.group) == ("failed", "descriptor")
    assert "NotImplementedError: write mylib_bench.capabilities" in only.reason
    with pytest.raises(BackendError, match="exists already"):
        skeleton.write("mylib", package)
    with pytest.raises(BackendError, match="'My Lib' is not the name of a backend"):
        skeleton.write("My Lib", package)


def test_a_backend_that_fails_to_say_whether_it_bootstraps_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered(parameters: ParameterSet) -> Capabilities:
        if parameters.bootstrap is not None:
            raise KeyError("bootstrap")
        return Capabilities(no_bootstrap_reason="it has none")

    monkeypatch.setattr(conformance, "GROUPS", {})
    found = outcomes(Descriptor("flawed", "", "no:adapter", offered), tmp_path)
    outcome = found["descriptor", "says whether it bootstraps"]
    assert outcome.state == "failed"
    assert outcome.reason.startswith("KeyError: 'bootstrap' (at ")
