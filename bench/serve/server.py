"""Listens on an address, and lets in who shows the right certificate.

Nothing is served without one: the handshake of TLS asks for it, and no call is read before. How many
connections, handshakes and sessions there can be at a time, and how large messages may be, `Limits` says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from bench.errors import UserError
from bench.parties.errors import MessageError
from bench.remote.address import check_address
from bench.remote.certificates import Certificates
from bench.remote.needs import need_transport
from bench.remote.transport import COMMON, DESCRIBE, ECHO, SERVICE, SESSION, Option
from bench.serve.errors import RefusedError
from bench.serve.hosted import Hosted
from bench.serve.house import House, Say, short
from bench.serve.limits import Limits

Answer = TypeVar("Answer")


class Call(Protocol):
    """What gRPC says of a call, and can do with it."""

    def peer(self) -> str:
        """The address of who calls."""

    def abort(self, status: object, text: str) -> None:
        """End the call with a status and a sentence, by raising."""

    def add_callback(self, work: Callable[[], None]) -> None:
        """Have something done when the call is over, however it ends."""


class Server:
    """The evaluators of one machine, for others.

    Attributes:
        port: on which it listens.
    """

    def __init__(self, address: str, shown: Certificates, folder: Path, limits: Limits, say: Say) -> None:
        """Listen; `close` ends it.

        Args:
            address: `HOST:PORT`; port 0 is any that is free.
            shown: the certificate of this end, and the authority of the other's.
            folder: where evaluators have their folders, and leave their logs where they failed.
            limits: what it may be made to spend.
            say: told of every session.

        Raises:
            UserError: it cannot listen there, or the extra `remote` is not installed.
        """
        check_address(address)
        need_transport()
        import grpc

        self._limits, self._say = limits, say
        self._house = House(folder, limits, say)
        self._seats = threading.BoundedSemaphore(limits.sessions)
        self._lost = grpc.RpcError
        self._statuses: Mapping[str, object] = {one.name: one for one in grpc.StatusCode}
        pool = ThreadPoolExecutor(limits.calls)
        self._server = grpc.server(pool, options=_options(limits), maximum_concurrent_rpcs=limits.calls)
        handlers = {
            DESCRIBE: grpc.unary_unary_rpc_method_handler(self._guarded(self._house.describe)),
            ECHO: grpc.unary_unary_rpc_method_handler(self._guarded(short)),
            SESSION: grpc.stream_stream_rpc_method_handler(self._session),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        pair = (shown.key, shown.certificate)
        credentials = grpc.ssl_server_credentials([pair], shown.authority, require_client_auth=True)
        try:
            self.port: int = self._server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise UserError(
                f"{address} cannot be listened on; choose an address of this machine that is free"
            ) from error
        self._server.start()

    def wait(self) -> None:
        """Serve until this process is interrupted."""
        self._server.wait_for_termination()

    def close(self) -> None:
        """End all sessions and listen no more."""
        self._server.stop(grace=None).wait()

    def _session(self, frames: Iterator[bytes], context: Call) -> Iterator[bytes]:
        """One session: an evaluator, if there is a seat for it."""
        who = context.peer()
        hosted = self._guarded(self._seated)(next(frames, b""), context)
        context.add_callback(hosted.close)
        self._say(f"{who}: a session begins")
        threading.Thread(target=hosted.serve, args=(self._until_gone(frames),), daemon=True).start()
        try:
            yield from hosted.frames()
        finally:
            hosted.close()
            self._say(f"{who}: the session is over")

    def _until_gone(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        """What is sent, until the session is left or the connection is lost."""
        try:
            yield from frames
        except self._lost:
            return

    def _seated(self, said: bytes) -> Hosted:
        """The evaluator that is asked for, if there is a seat; the seat is free again when it is closed."""
        if not self._seats.acquire(blocking=False):
            text = f"all its evaluators are in use ({self._limits.sessions}); wait, or serve more --sessions"
            raise RefusedError("RESOURCE_EXHAUSTED", text)
        try:
            hosted = self._house.open(said)
        except BaseException:
            self._seats.release()
            raise
        hosted.at_end(self._seats.release)
        return hosted

    def _guarded(self, work: Callable[[bytes], Answer]) -> Callable[[bytes, Call], Answer]:
        """Work on what was said; what cannot be done ends the call with the sentence that says why."""

        def guarded(said: bytes, context: Call) -> Answer:
            try:
                return work(said)
            except RefusedError as error:
                status, text = error.status, str(error)
            except (MessageError, UnicodeDecodeError) as error:
                status, text = "INVALID_ARGUMENT", str(error)
            except OSError as error:
                status, text = "INTERNAL", f"a file cannot be used ({error.strerror})"
            context.abort(self._statuses[status], text)
            raise AssertionError("abort raises")

        return guarded


def _options(limits: Limits) -> tuple[Option, ...]:
    return (
        *COMMON,
        ("grpc.so_reuseport", 0),
        ("grpc.max_allowed_incoming_connections", limits.connections),
        ("grpc.server_handshake_timeout_ms", int(limits.handshake_s * 1000)),
        ("grpc.max_connection_idle_ms", int(limits.idle_s * 1000)),
        ("grpc.max_concurrent_streams", limits.calls),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 5000),
    )
