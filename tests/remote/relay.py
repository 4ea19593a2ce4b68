"""A network between two ends of this machine: each way takes its time, and carries so many bytes a second.

It needs no right that a test has not, and no kernel with a delaying queue.
"""

from __future__ import annotations

import queue
import socket
import threading
from contextlib import suppress
from time import monotonic, sleep

PIECE_BYTES = 16_384


class Relay:
    """Passes connections on to a port, slowly.

    Attributes:
        port: where it listens.
    """

    def __init__(self, target: int, one_way_s: float, bytes_per_s: float) -> None:
        self._target, self._one_way_s, self._bytes_per_s = target, one_way_s, bytes_per_s
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further connection."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._target))
                for ends in ((here, there), (there, here)):
                    on_the_way: queue.Queue[tuple[float, bytes]] = queue.Queue()
                    threading.Thread(target=self._take, args=(ends[0], on_the_way), daemon=True).start()
                    threading.Thread(target=self._bring, args=(ends[1], on_the_way), daemon=True).start()

    def _take(self, source: socket.socket, on_the_way: queue.Queue[tuple[float, bytes]]) -> None:
        free = monotonic()
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                free = max(free, monotonic()) + len(piece) / self._bytes_per_s
                on_the_way.put((free + self._one_way_s, piece))
        on_the_way.put((free + self._one_way_s, b""))

    def _bring(self, sink: socket.socket, on_the_way: queue.Queue[tuple[float, bytes]]) -> None:
        with suppress(OSError):
            while True:
                due, piece = on_the_way.get()
                sleep(max(0.0, due - monotonic()))
                if not piece:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(piece)
