"""Which of the tested backends bootstrap, said by their own capabilities."""

from __future__ import annotations

import pytest

from backends.errors import Unsupported
from backends.registry import get
from tests.conftest import tested_backends
from tests.end_to_end.harness import BOOTSTRAPS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`bootstrapping_backend`: a library without bootstrap has the test of its refusal instead."""
    if "bootstrapping_backend" in metafunc.fixturenames:
        names = [name for name in tested_backends(metafunc.config) if bootstraps(name)]
        metafunc.parametrize("bootstrapping_backend", names)
    if "plain_backend" in metafunc.fixturenames:
        names = [name for name in tested_backends(metafunc.config) if not bootstraps(name)]
        metafunc.parametrize("plain_backend", names)


def bootstraps(name: str) -> bool:
    """Whether a backend bootstraps at the toy parameters."""
    try:
        return get(name).capabilities(BOOTSTRAPS).bootstrap_output_level is not None
    except Unsupported:
        return False
