"""What the evaluator has: the announced files, no secret key, and no way to decrypt."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backends.errors import ParameterError, Unsupported
from backends.interface import Library
from tests.conformance.conftest import Parties
from tests.toy import PORTABLE

KINDS = {"context", "public_key", "relinearisation_key", "rotation_keys"}
SECRETIVE = re.compile(r"secret|private|decrypt|keygen|keyowner|keypair", re.IGNORECASE)


def encrypts(parties: Parties) -> bool:
    """Whether this is a library; the simulator says of itself that it has no secret."""
    return parties.owner.security().secret != "none"


def test_the_folder_holds_what_was_announced_and_nothing_else(parties: Parties) -> None:
    names = [file.name for file in parties.files]
    assert sorted(names) == sorted(path.name for path in parties.folder.iterdir())
    assert {file.kind for file in parties.files} <= KINDS
    assert all((parties.folder / name).stat().st_size for name in names)


def test_security_facts_are_those_of_the_parameters(parties: Parties) -> None:
    facts = parties.owner.security()
    assert facts.log_n == PORTABLE.log_n
    if encrypts(parties):
        assert facts.secret == PORTABLE.secret
        assert facts.log_q == pytest.approx(
            PORTABLE.first_modulus_bits + PORTABLE.depth * PORTABLE.scale_bits, abs=1
        )
        assert facts.log_p == pytest.approx(60, abs=1)


def test_names_its_versions(library: type[Library]) -> None:
    versions = library.versions()
    assert versions
    assert all(re.match(r"\d+\.\d+", version) for version in versions.values())


def test_refuses_parameters_below_the_security_demanded(parties: Parties) -> None:
    if not encrypts(parties):
        return
    demanding = {**PORTABLE.to_json(), "security": 128}
    with pytest.raises((ParameterError, Unsupported)):
        parties.library.key_owner(type(PORTABLE).from_json(demanding))


def test_the_evaluator_object_holds_no_secret(parties: Parties) -> None:
    assert not hasattr(parties.evaluator, "decrypt")
    names = {type(value).__name__ for value in reachable(parties.evaluator)}
    assert not [name for name in names if SECRETIVE.search(name)]


def reachable(value: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """A value, its attributes, its items, and theirs."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, type):
        return
    seen.add(id(value))
    yield value
    children = list(vars(value).values()) if hasattr(value, "__dict__") else []
    children += list(value.values()) if isinstance(value, dict) else []
    children += list(value) if isinstance(value, (list, tuple, set)) else []
    for child in children:
        yield from reachable(child, seen)


def test_the_evaluator_process_cannot_decrypt(parties: Parties, backend: str, tmp_path: Path) -> None:
    """A process of its own, given the evaluator's folder and a ciphertext, tries what the library offers."""
    if not encrypts(parties):
        return
    values = parties.values()
    parties.owner.write(parties.owner.encrypt(values, PORTABLE.depth), tmp_path / "ciphertext")
    (tmp_path / "files.json").write_text(json.dumps([[file.kind, file.name] for file in parties.files]))
    command = [
        sys.executable,
        "-m",
        "tests.conformance.attack",
        backend,
        str(parties.folder),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert len(outcomes) >= 3
    for attempt, outcome in outcomes.items():
        if isinstance(outcome, list):
            agreement = np.corrcoef(np.asarray(outcome), values)[0, 1]
            assert abs(agreement) < 0.2, f"{attempt} decrypted"
        else:
            assert outcome.startswith("refused"), f"{attempt}: {outcome}"
