"""Who does not show the right certificate gets nothing, and costs little."""

from __future__ import annotations

import random
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import grpc
import psutil
import pytest

from bench.errors import UserError
from bench.remote import certificates
from bench.remote.frames import MOST_FRAME_BYTES
from bench.remote.machine import Machine
from bench.remote.transport import ECHO, path
from tests.remote.conftest import Serve

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = 1000
#: What a thousand of them may leave behind in the server's memory, at the most.
LEFT_BYTES = 64_000_000


@pytest.fixture
def server(ends: Path, tmp_path: Path) -> Iterator[tuple[psutil.Process, int]]:
    """`bench serve` as a process of its own, and its port."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "bench", "serve", "--listen", "127.0.0.1:0"),
            *("--certificates", str(ends / certificates.EVALUATOR), "--folder", str(tmp_path / "served")),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"listening on 127.0.0.1:(\d+)", process.stdout.readline())
    assert found is not None
    yield psutil.Process(process.pid), int(found[1])
    process.send_signal(signal.SIGINT)
    process.wait(60)


def encrypted(port: int, certificate: Path | None = None) -> ssl.SSLSocket:
    """A connection whose other end is not looked at, with a certificate or without one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if certificate is not None:
        context.load_cert_chain(certificate / certificates.CERTIFICATE, certificate / certificates.KEY)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30))


def answered(port: int, stranger: ssl.SSLSocket | socket.socket, said: bytes) -> bytes:
    """What comes back, to the end of the connection."""
    heard = b""
    with stranger, suppress(OSError):
        stranger.settimeout(30)
        stranger.sendall(said)
        while piece := stranger.recv(4096):
            heard += piece
    return heard


#: How HTTP/2 begins, with empty settings, and a call of `Echo` would follow.
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"


def visit(kind: int, port: int, noise: random.Random) -> None:
    """One stranger who asks for something that it is not given, and leaves."""
    with suppress(OSError):
        if kind == 0:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        elif kind == 1:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                plain.sendall(noise.randbytes(noise.randrange(1, 4096)))
        elif kind == 2:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                plain.sendall(HELLO)
        elif kind == 3:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
                plain.sendall(b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc" + noise.randbytes(64))
        else:
            with encrypted(port) as shaken:
                shaken.sendall(HELLO + noise.randbytes(64))


def test_a_thousand_strangers_leave_it_serving_and_no_larger(
    server: tuple[psutil.Process, int], ends: Path
) -> None:
    process, port = server
    machine = Machine(f"localhost:{port}", ends / certificates.KEY_OWNER)
    machine.describe("cleartext", "default")
    before = process.memory_info().rss
    noise = random.Random(0)
    for number in range(STRANGERS):
        visit(number % 5, port, noise)
    assert machine.describe("cleartext", "default").host == socket.gethostname()
    assert process.memory_info().rss - before < LEFT_BYTES
    assert process.num_threads() < 100
    machine.close()


def test_connections_that_say_nothing_are_bounded_and_end(serve: Serve, ends: Path) -> None:
    port = serve(connections=8, handshake_s=2.0).port
    silent = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(40)]
    held = psutil.Process().net_connections("tcp")
    assert sum(one.laddr.port == port and one.status == psutil.CONN_ESTABLISHED for one in held) < 40
    for one in silent:
        with suppress(ConnectionResetError):
            while one.recv(4096):  # the settings that it sends to whoever comes
                pass
        one.close()
    machine = Machine(f"localhost:{port}", ends / certificates.KEY_OWNER)
    assert machine.round_trip_s() > 0
    machine.close()


def test_without_a_certificate_nothing_is_served(serve: Serve) -> None:
    port = serve().port
    settings = b"\0\0\0\x04"
    heard = answered(port, encrypted(port), HELLO)
    assert settings not in heard
    assert answered(port, socket.create_connection(("127.0.0.1", port)), HELLO) in (b"", heard)


@pytest.mark.parametrize("wrong", ["of another authority", "of the other end"])
def test_with_a_wrong_certificate_nothing_is_served(
    serve: Serve, ends: Path, others: Path, tmp_path: Path, wrong: str
) -> None:
    port = serve().port
    shown = others / "key_owner" if wrong == "of another authority" else ends / "evaluator"
    for end, source in (
        ("authority.pem", ends / "key_owner"),
        ("certificate.pem", shown),
        ("key.pem", shown),
    ):
        (tmp_path / end).write_bytes((source / end).read_bytes())
        (tmp_path / end).chmod(0o600)
    machine = Machine(f"localhost:{port}", tmp_path)
    with pytest.raises(UserError, match="does not take this certificate"):
        machine.describe("cleartext", "default")
    machine.close()
    assert list((tmp_path / "served").iterdir()) == []


@pytest.mark.parametrize("wrong", ["of another authority", "of another host"])
def test_a_key_owner_sends_nothing_to_a_wrong_server(
    serve: Serve, ends: Path, others: Path, wrong: str
) -> None:
    server = serve(others / "evaluator" if wrong == "of another authority" else None)
    host = "localhost" if wrong == "of another authority" else "127.0.0.2"
    machine = Machine(f"{host}:{server.port}", ends / "key_owner")
    with pytest.raises(UserError, match="certificates of one authority"):
        machine.round_trip_s()
    machine.close()


@pytest.mark.parametrize(
    ("size", "status"), [(5000, "INVALID_ARGUMENT"), (MOST_FRAME_BYTES + 1, "RESOURCE_EXHAUSTED")]
)
def test_messages_are_bounded(serve: Serve, ends: Path, size: int, status: str) -> None:
    shown = certificates.load(ends / "key_owner")
    credentials = grpc.ssl_channel_credentials(shown.authority, shown.key, shown.certificate)
    channel = grpc.secure_channel(f"localhost:{serve().port}", credentials)
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path(ECHO))(bytes(size), timeout=60)
    channel.close()
    assert caught.value.code().name == status
