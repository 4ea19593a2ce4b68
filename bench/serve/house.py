"""What a machine serves to those who were let in: descriptions of itself, and evaluators."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from shutil import disk_usage

import psutil

from backends.errors import BackendError
from backends.registry import Descriptor, get
from bench.environments.ensure import Environment, ensure
from bench.errors import UserError
from bench.parties.codec import decode
from bench.remote.control import Describe, Described, Opening
from bench.remote.frames import frame
from bench.remote.transport import MOST_CALL_BYTES
from bench.run import native_parties, primitives_parties, program_parties
from bench.run.code import evaluator_digest
from bench.run.scratch import sweep
from bench.serve.errors import RefusedError
from bench.serve.hosted import Hosted
from bench.serve.limits import Limits

#: The roles that are served. An audit imports what it is told to, and is not among them.
ROLES = tuple(each.ROLES.evaluator for each in (program_parties, native_parties, primitives_parties))

Say = Callable[[str], None]


class House:
    """The evaluators of one machine, and their environments."""

    def __init__(self, folder: Path, limits: Limits, say: Say) -> None:
        """Make the folder, and remove from it what was left by a process that was killed.

        Args:
            folder: where evaluators have their folders, and leave their logs where they failed.
            limits: what they may be made to spend.
            say: told while an environment is made.

        Raises:
            UserError: there can be no such folder.
        """
        self._folder, self._limits, self._say = folder, limits, say
        self._numbers = count(1)
        self._environments: dict[tuple[str, str], Environment] = {}
        self._making = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder} cannot be made ({error.strerror}); name another --folder") from error
        sweep(folder)

    def describe(self, said: bytes) -> bytes:
        """Answer `Describe`.

        Raises:
            RefusedError: there is no such backend, or no environment can be made.
            MessageError: that is not what was said.
        """
        asked = decode(Describe, short(said).decode())
        environment = self._environment(asked.backend, asked.build)
        return frame(
            Described(
                host=socket.gethostname(),
                versions=environment.versions,
                available_bytes=psutil.virtual_memory().available,
                free_bytes=max(0, disk_usage(self._folder).free - self._limits.spare_bytes),
            )
        )

    def open(self, said: bytes) -> Hosted:
        """Start the evaluator of an `Opening`.

        Raises:
            RefusedError: it is not served.
            MessageError: that is not what was said.
        """
        opening = decode(Opening, short(said).decode())
        _check(opening, _descriptor(opening.backend))
        environment = self._environment(opening.backend, opening.build)
        name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{os.getpid()}-{next(self._numbers)}"
        return Hosted(opening, environment, self._folder / "sessions" / name, self._limits)

    def _environment(self, backend: str, build: str) -> Environment:
        """The environment of a backend, made by its declaration where there is none."""
        descriptor = _descriptor(backend)
        with self._making:
            if (backend, build) not in self._environments:
                try:
                    made = ensure(descriptor, lambda step: self._say(f"{step.backend}: {step.detail}"), build)
                except UserError as error:
                    raise RefusedError("FAILED_PRECONDITION", str(error)) from error
                self._environments[backend, build] = made
            return self._environments[backend, build]


def short(said: bytes) -> bytes:
    """What was said, if it is short enough for a call that carries no file.

    Raises:
        RefusedError: it is not.
    """
    if len(said) > MOST_CALL_BYTES:
        text = f"this call takes {MOST_CALL_BYTES} bytes; send files in a session"
        raise RefusedError("INVALID_ARGUMENT", text)
    return said


def _check(opening: Opening, descriptor: Descriptor) -> None:
    """See that an evaluator is one that is served: of this version's code, in a known role."""
    if opening.role not in ROLES:
        text = f"{opening.role} is not served; audits run on one machine"
        raise RefusedError("PERMISSION_DENIED", text)
    if opening.adapter not in (descriptor.adapter, *descriptor.native_types.values()):
        raise RefusedError("PERMISSION_DENIED", f"{opening.adapter} is no adapter of {opening.backend}")
    if opening.code != evaluator_digest(opening.role, descriptor):
        text = "the evaluator's code is another one here; run both ends from one version"
        raise RefusedError("FAILED_PRECONDITION", text)
    cores = os.cpu_count() or 1
    if not 1 <= opening.threads <= cores:
        text = f"there are {cores} cores here and not {opening.threads}; ask for fewer threads"
        raise RefusedError("FAILED_PRECONDITION", text)


def _descriptor(backend: str) -> Descriptor:
    try:
        return get(backend)
    except BackendError as error:
        raise RefusedError("NOT_FOUND", str(error)) from error
