"""The key owner's end of a session: the streams of a channel whose other end is on another machine.

Lines are messages. Files go with them: whatever lies in the evaluator's folder here when a line is sent goes
ahead of it, and what the evaluator sends lies here before the line that announces it is read.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.parties.codec import Message, encode
from bench.parties.errors import MessageError, PartyError
from bench.remote.control import Control, Ended, Leaving, Left, Pulse
from bench.remote.frames import Inbox, frame, frames_of

#: Raised by a connection that is gone, with the sentence that says so.
Lost = ConnectionError


class Link:
    """What a `Channel` reads and writes, over a connection.

    Attributes:
        used_s: processor seconds of the evaluator, as it said last; None where its system does not tell.
        left: what the other end said when it had ended the evaluator.
        over: set once the other end says nothing more.
        sent_bytes: the size of all frames that were sent.
    """

    def __init__(self, name: str, folder: Path, room: Callable[[], int]) -> None:
        """Begin; `attach` brings what comes from the other end.

        Args:
            name: what the other end is called, for sentences.
            folder: where the evaluator's files lie at this end.
            room: how large a file may be that comes now.
        """
        self._name, self._folder = name, folder
        self._inbox = Inbox(folder, room)
        self._waiting: queue.SimpleQueue[Path | bytes | None] = queue.SimpleQueue()
        self._said: str = ""
        self._incoming: Iterator[bytes] = iter(())
        self._end: PartyError | None = None
        self.used_s: float | None = None
        self.left: Left | None = None
        self.over = threading.Event()
        self.sent_bytes = 0

    @property
    def received_bytes(self) -> int:
        """The size of all frames that came."""
        return self._inbox.taken_bytes

    def attach(self, incoming: Iterator[bytes]) -> None:
        """Take the frames of the other end from here; what ends them raises `Lost`."""
        self._incoming = incoming

    def outgoing(self) -> Iterator[bytes]:
        """The frames for the other end, until the session is left; a file is removed once it is read."""
        while (waiting := self._waiting.get()) is not None:
            if isinstance(waiting, bytes):
                frames: Iterator[bytes] = iter((waiting,))
            else:
                frames = frames_of(waiting)
            for one in frames:
                self.sent_bytes += len(one)
                yield one
            if isinstance(waiting, Path):
                waiting.unlink()

    def tell(self, control: Control) -> None:
        """Say something to the other end itself."""
        self._waiting.put(frame(control))

    def write(self, text: str) -> None:
        """Write a piece of a line; `flush` sends it."""
        self._said += text

    def flush(self) -> None:
        """Send the files that lie here for the evaluator, and after them the line that was written."""
        if self.over.is_set():
            raise BrokenPipeError
        for path in sorted(self._folder.iterdir()):
            if path.name not in self._inbox.came:
                self._waiting.put(path)
        self._waiting.put(self._said.strip().encode())
        self._said = ""

    def readline(self) -> str:
        """The next line of the evaluator, its files first; empty when it, or the connection, is gone."""
        try:
            for one in self._incoming:
                message = self._inbox.take(one)
                if isinstance(message, Control):
                    self._note(message)
                elif message is not None:
                    return encode(message) + "\n"
        except MessageError as error:
            self._end = PartyError("MessageError", f"{self._name} sent a wrong message: {error}")
        except Lost as error:
            self._end = PartyError("Died", str(error))
        except OSError as error:
            self._end = PartyError("Died", f"what {self._name} sent cannot be kept ({error}); free some disk")
        self._inbox.close()
        self.over.set()
        return ""

    def ended(self) -> PartyError:
        """Why there is nothing more to read."""
        return self._end or PartyError("Died", f"{self._name} ended the session; see its screen")

    def leave(self, wait_s: float) -> None:
        """Have the evaluator ended, and wait until it is, at most so long."""
        self.tell(Leaving())
        self.over.wait(wait_s)
        self._waiting.put(None)

    def _note(self, said: Message) -> None:
        if isinstance(said, Pulse):
            self.used_s = said.used_s
        elif isinstance(said, Ended):
            self._end = PartyError(said.kind, f"{said.text} (on {self._name})")
        elif isinstance(said, Left):
            self.left = said
