"""What whoever connects can make this machine spend, at the most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on strangers and on those who show the right certificate.

    Attributes:
        connections: at a time, those among them whose handshake is not done.
        handshake_s: how long a connection may take to show its certificate.
        idle_s: how long a connection may be kept without a call.
        sessions: evaluators at a time.
        calls: calls at a time, each a thread.
        seconds: how long a session may last.
        memory_bytes: how much memory an evaluator may take, whatever is asked for; None for no limit.
        spare_bytes: disk that stays free.
    """

    connections: int = 64
    handshake_s: float = 10.0
    idle_s: float = 300.0
    sessions: int = 1
    calls: int = 8
    seconds: float = 259_200.0
    memory_bytes: int | None = None
    spare_bytes: int = 1 << 30
