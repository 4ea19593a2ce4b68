"""`--backend NAME` and the `backend` argument of every test that runs on real libraries."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from backends.registry import available, load_library

# No test is timed, and every run tries the same examples. New ones are for who looks for them:
# pytest --hypothesis-profile explore
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("same", settings.get_profile("explore"), derandomize=True)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backend",
        action="append",
        default=[],
        metavar="NAME",
        help="test this backend, and fail where its library is absent (default: all that import here)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Undo a shell that starts its background jobs, and all that they start, with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", tested_backends(metafunc.config), scope="session")


def tested_backends(config: pytest.Config) -> list[str]:
    """The backends named on the command line, else all whose library imports here."""
    named: list[str] = config.getoption("--backend")
    for unknown in [name for name in named if name not in available()]:
        raise pytest.UsageError(f"no backend is called {unknown!r}; there are {', '.join(available())}")
    return named or [name for name, backend in available().items() if _imports(backend.adapter)]


def _imports(adapter: str) -> bool:
    try:
        load_library(adapter)
    except ImportError:
        return False
    return True
