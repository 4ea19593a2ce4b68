"""One evaluator that is driven from elsewhere, from its opening until it and its folder are gone."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields, is_dataclass
from pathlib import Path
from time import monotonic

from bench.environments.ensure import Environment
from bench.parties.codec import Message
from bench.parties.errors import MessageError, PartyError
from bench.parties.lasting import Noted
from bench.parties.messages import Event, Refreshed, Request
from bench.parties.process import PartyProcess
from bench.parties.wire import ADMITTED, KEY_OWNER, Shipment
from bench.remote.control import Ended, Leaving, Left, Opening, Pulse
from bench.remote.frames import Inbox, frame, frames_of
from bench.run import host
from bench.run.cores import claimed
from bench.run.scratch import scratch
from bench.serve.limits import Limits

#: How often the other end is told that the evaluator lives; how many frames wait to be sent.
PULSE_S, WAITING = 1.0, 8
#: The log of an evaluator, in its session's folder.
LOG = "evaluator.log"


class Hosted:
    """An evaluator's process, its folder, and the frames to and from who drives it."""

    def __init__(self, opening: Opening, environment: Environment, folder: Path, limits: Limits) -> None:
        """Start the process.

        Args:
            opening: what was asked for, once it is known to be served.
            environment: the interpreter in which it runs.
            folder: the session's, which is removed where it ends well.
            limits: how much it may take.
        """
        self._opening, self._environment, self._folder, self._limits = opening, environment, folder, limits
        self._waiting: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._over, self._closing, self._well = threading.Event(), threading.Lock(), False
        self._deadline = monotonic() + limits.seconds
        self._steal_s = host.steal_s()
        self._held = ExitStack()
        folder.mkdir(parents=True, mode=0o700)
        with ExitStack() as held:
            place = held.enter_context(scratch(folder))
            self._cores = held.enter_context(claimed(opening.threads))
            allowed = [one for one in (opening.memory_bytes, limits.memory_bytes) if one is not None]
            self._sampler = held.enter_context(host.Sampler(limit_bytes=min(allowed, default=None)))
            self._party = PartyProcess(
                name="evaluator",
                role=opening.role,
                python=environment.python,
                adapter=opening.adapter,
                folder=place,
                log=folder / LOG,
                threads=opening.threads,
                cores=self._cores.pinned,
                session=folder.parent,
            )
            held.callback(self._party.close)
            self._sampler.add(self._party.pid)
            self._place = place
            self._inbox = Inbox(place, self._room)
            self._held = held.pop_all()
        for work in (self._listen, self._beat):
            threading.Thread(target=work, daemon=True).start()

    def frames(self) -> Iterator[bytes]:
        """What the other end is sent, until the session is over."""
        while not self._over.is_set():
            if monotonic() > self._deadline:
                yield frame(Ended("Died", f"the session took longer than {self._limits.seconds:g} s"))
                return
            try:
                one = self._waiting.get(timeout=PULSE_S)
            except queue.Empty:
                continue
            if one is None:
                return
            yield one

    def serve(self, frames: Iterator[bytes]) -> None:
        """Take what the other end sends, until it leaves or is gone."""
        try:
            for one in frames:
                message = self._inbox.take(one)
                if isinstance(message, Leaving):
                    self._well = True
                    self._leave()
                    return
                if message is not None:
                    self._pass_on(message)
        except MessageError as error:
            self._put(frame(Ended("MessageError", str(error))))
        except OSError as error:
            self._put(frame(Ended("Died", f"what was sent cannot be kept ({error.strerror})")))
        finally:
            self._put(None)

    def at_end(self, work: Callable[[], None]) -> None:
        """Have something done when the session is over."""
        self._held.callback(work)

    def close(self) -> None:
        """End the evaluator, and remove its folder; asked again it does nothing."""
        with self._closing:
            self._over.set()
            self._inbox.close()
            self._held.close()
            if self._well:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _pass_on(self, message: Message) -> None:
        if not isinstance(message, (Request, Refreshed, Noted)):
            raise MessageError(f"an evaluator is not told {type(message).__name__}; send it requests")
        try:
            self._party.channel.send(message)
        except BrokenPipeError:
            return  # how it ended is told by who listens to it

    def _listen(self) -> None:
        """Send on what the evaluator says, its files first; how it ended, if it does."""
        try:
            while (event := self._party.channel.receive(Event)) is not None:
                for shipment in shipments(event):
                    self._send(shipment)
                self._put(frame(event))
        except (MessageError, OSError) as error:
            self._put(frame(Ended("MessageError", f"the evaluator sent a wrong message: {error}")))
        else:
            if self._well:  # who ended it has a last word to say
                return
            self._put(frame(self._ended()))
        self._put(None)

    def _send(self, shipment: Shipment) -> None:
        """A file of the evaluator's folder, of a kind that a key owner may receive; it is removed."""
        if shipment.kind not in ADMITTED[KEY_OWNER] or Path(shipment.name).name != shipment.name:
            raise MessageError(f"a key owner may not receive a {shipment.kind} ({shipment.name})")
        path = self._place / shipment.name
        for one in frames_of(path):
            self._put(one)
        path.unlink()

    def _ended(self) -> Ended:
        error = self._party.ended()
        if self._sampler.exceeded:
            error = PartyError("OutOfMemory", "the evaluator passed the limit of memory and was ended")
        return Ended(error.kind, str(error))

    def _beat(self) -> None:
        while not self._over.wait(PULSE_S):
            if not self._waiting.full():
                self._put(frame(Pulse(self._party.used_s())))

    def _leave(self) -> None:
        """End the evaluator, and tell of the machine while it ran."""
        self._party.close()
        opening, now = self._opening, host.steal_s()
        told = host.environment(opening.threads, self._environment.versions, self._environment.built_with())
        told = told.model_copy(
            update={
                "pinned": list(self._cores.pinned) or None,
                "shared": list(self._cores.shared) if self._cores.pinned else None,
                "python": self._environment.versions.get("python", told.python),
                "stopped_s": self._sampler.stopped_s,
                "steal_s": None if now is None or self._steal_s is None else max(0.0, now - self._steal_s),
            }
        )
        self._put(frame(Left(told.model_dump_json(by_alias=True))))

    def _put(self, one: bytes | None) -> None:
        """Have a frame sent, once there is room for it; none any more once the session is over."""
        while not self._over.is_set():
            try:
                self._waiting.put(one, timeout=PULSE_S)
            except queue.Full:
                continue
            return

    def _room(self) -> int:
        return shutil.disk_usage(self._place).free - self._limits.spare_bytes


def shipments(message: object) -> Iterator[Shipment]:
    """Every file that a message announces."""
    if isinstance(message, Shipment):
        yield message
    elif isinstance(message, tuple):
        for one in message:
            yield from shipments(one)
    elif is_dataclass(message):
        for field in fields(message):
            yield from shipments(getattr(message, field.name))
