"""The loop that a party runs: one JSON message a line in, any number out, `done` or `error` last."""

from __future__ import annotations

import errno
import json
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from backends.registry import load_library, load_native_types
from bench.parties.memory import peak_bytes, reset_peak

Message = dict[str, Any]


class Channel:
    """Messages to and from the front process."""

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._source, self._sink = source, sink

    def send(self, event: str, **values: Any) -> None:
        """Send one message."""
        self._sink.write(json.dumps({"event": event, **values}) + "\n")
        self._sink.flush()

    def receive(self) -> Message | None:
        """The next message; None when the front process is gone."""
        line = self._source.readline()
        message: Message | None = json.loads(line) if line else None
        return message


Handler = Callable[..., Message]


def serve(role: str, adapter: str, source: TextIO, sink: TextIO) -> None:
    """Answer requests with the role's handlers until the front process closes the pipe."""
    channel = Channel(source, sink)
    try:
        handlers = _handlers(role, adapter, channel)
    except Exception as error:
        _report(channel, error)
        return
    channel.send("ready")
    while (request := channel.receive()) is not None:
        reset_peak()
        try:
            answer = handlers[request.pop("do")](**request)
        except Exception as error:
            _report(channel, error)
            continue
        channel.send("done", peak_bytes=peak_bytes(), **answer)


def _handlers(role: str, adapter: str, channel: Channel) -> dict[str, Handler]:
    if role in ("high_level_key_owner", "high_level_evaluator"):
        from bench.parties.roles import native as high_level

        types = load_native_types(adapter)
        if role == "high_level_key_owner":
            return high_level.HighLevelKeyOwnerParty(types).handlers()
        return high_level.HighLevelEvaluatorParty(types).handlers()
    library = load_library(adapter)
    if role == "key_owner":
        from bench.parties.roles.key_owner import KeyOwnerParty

        return KeyOwnerParty(library).handlers()
    if role == "evaluator":
        from bench.parties.roles.evaluator import EvaluatorParty

        return EvaluatorParty(library, channel).handlers()
    if role == "measuring_key_owner":
        from bench.parties.roles.primitives_key_owner import MeasuringKeyOwner

        return MeasuringKeyOwner(library, channel).handlers()
    from bench.parties.roles.primitives_evaluator import MeasuringEvaluator

    return MeasuringEvaluator(library, channel).handlers()


def _report(channel: Channel, error: Exception) -> None:
    """The traceback to the log, the sentence to the front process."""
    with suppress(OSError):  # the log may lie on the disk whose filling up is the error
        traceback.print_exception(error)
        sys.stderr.flush()
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        text = "the disk is full; free some or choose another --output"
    channel.send("error", kind=type(error).__name__, text=text, peak_bytes=peak_bytes())
