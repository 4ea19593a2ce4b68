"""gRPC as both ends use it: three methods whose messages are bytes, and the options of a connection."""

from __future__ import annotations

from bench.remote.frames import MOST_FRAME_BYTES

SERVICE = "bench.Evaluator"
#: `Describe` answers `Described`; `Echo` what it is sent; `Session` is a stream of frames each way.
DESCRIBE, ECHO, SESSION = "Describe", "Echo", "Session"
#: The longest message of `Echo` and `Describe`, which are not for files.
MOST_CALL_BYTES = 4096
#: How often an end asks whether the other still is, and how long it waits for the answer.
ALIVE_S, ALIVE_TIMEOUT_S = 20, 20

Option = tuple[str, int]

#: Of a connection, at either end.
COMMON: tuple[Option, ...] = (
    ("grpc.max_receive_message_length", MOST_FRAME_BYTES),
    ("grpc.max_send_message_length", MOST_FRAME_BYTES),
    ("grpc.max_metadata_size", 8192),
    ("grpc.keepalive_time_ms", ALIVE_S * 1000),
    ("grpc.keepalive_timeout_ms", ALIVE_TIMEOUT_S * 1000),
    ("grpc.http2.max_pings_without_data", 0),
)


def path(method: str) -> str:
    """A method's name on the connection."""
    return f"/{SERVICE}/{method}"
