"""Every case and program has one kind, and every kind says which modules compute its raw outputs."""

from __future__ import annotations

import inspect
from importlib.util import find_spec
from itertools import product
from typing import get_args

import pytest

from bench.run.kind import CellKind
from bench.run.kinds import KINDS
from bench.spec.cases import Case

KIND = sorted(set(KINDS.values()), key=lambda kind: kind.__name__)


def test_every_case_has_a_kind_by_the_portable_program_and_by_native_types() -> None:
    assert set(KINDS) == set(product(get_args(Case), (True, False)))


@pytest.mark.parametrize("kind", KIND)
def test_a_kind_names_the_modules_that_compute_it(kind: type[CellKind]) -> None:
    assert kind.__module__ in kind.modules
    assert all(find_spec(module) is not None for module in kind.modules)
    assert any(module.startswith("bench.parties.roles.") for module in kind.modules)


@pytest.mark.parametrize("kind", KIND)
def test_a_kind_keeps_every_promise(kind: type[CellKind]) -> None:
    assert not inspect.isabstract(kind)
