"""Certificates, and a server in this process; these tests need the extra `remote`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.remote import certificates
from bench.remote.machine import Machine
from bench.serve.limits import Limits
from bench.serve.server import Server

Serve = Callable[..., Server]


@pytest.fixture(scope="session")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of both ends."""
    folder = tmp_path_factory.mktemp("certificates")
    certificates.make(folder, ["localhost", "127.0.0.1"], days=1)
    return folder


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of both ends by another authority."""
    folder = tmp_path_factory.mktemp("others")
    certificates.make(folder, ["localhost", "127.0.0.1"], days=1)
    return folder


@pytest.fixture
def serve(ends: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers on a port of this machine, with the limits that are given."""
    started: list[Server] = []

    def start(shown: Path | None = None, **limits: float) -> Server:
        found = certificates.load(shown or ends / certificates.EVALUATOR)
        said: list[str] = []
        server = Server("127.0.0.1:0", found, tmp_path / "served", Limits(**limits), said.append)  # type: ignore[arg-type]
        started.append(server)
        return server

    yield start
    for server in started:
        server.close()


@pytest.fixture
def machine(serve: Serve, ends: Path) -> Iterator[Machine]:
    """A server, as the key owner's side knows it."""
    known = Machine(f"localhost:{serve().port}", ends / certificates.KEY_OWNER)
    yield known
    known.close()
