"""Certificates: made once, read by nobody else, and of one end each."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.remote import certificates


def test_each_end_has_its_own_and_nobody_the_authoritys_key(ends: Path) -> None:
    made = {str(path.relative_to(ends)) for path in ends.rglob("*.pem")}
    assert made == {
        f"{end}/{name}.pem"
        for end in ("evaluator", "key_owner")
        for name in ("authority", "certificate", "key")
    }
    evaluator, key_owner = (certificates.load(ends / end) for end in ("evaluator", "key_owner"))
    assert evaluator.authority == key_owner.authority
    assert evaluator.key != key_owner.key
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in ends.rglob("*.pem"))


def test_none_is_overwritten(ends: Path) -> None:
    with pytest.raises(UserError, match="name a folder that is new"):
        certificates.make(ends, ["localhost"], days=1)


def test_a_name_that_no_machine_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="give names or addresses"):
        certificates.make(tmp_path, ["évaluateur"], days=1)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    certificates.make(tmp_path, ["localhost"], days=1)
    (tmp_path / "key_owner" / "key.pem").chmod(0o640)
    with pytest.raises(UserError, match="others may read"):
        certificates.load(tmp_path / "key_owner")


def test_what_is_missing_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="bench serve --new-certificates"):
        certificates.load(tmp_path)
