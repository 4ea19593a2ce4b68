"""Parsers of what parties send each other or leave for each other, on one machine or on two."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator, Slots
from backends.measured import Span
from backends.program import load_program
from backends.replay import Kept
from bench.parties.checkpoints import NAME, Checkpoints
from bench.parties.codec import Message, decode, encode
from bench.parties.messages import Evaluate
from bench.parties.spent import Meter
from bench.remote.control import Coming, Control, Describe, Ended, Leaving, Left, Opening, Pulse
from bench.remote.frames import DATA, Inbox, frame
from bench.submission import contents, plain
from bench.submission.contents import About
from bench.submission.task import Task
from models.arrays import Array
from models.data import literals
from tests.backends.test_planner import PARAMETERS
from tests.backends.test_program import PROGRAM
from tests.bench.parties.test_codec import MESSAGES
from tests.fuzz.target import Target, among, content, text

#: Ends a frame of an input; the bytes of files that are sent here have no such sign.
END = b"\n"
CONTROLS = (
    Describe("openfhe", "default"),
    Opening("openfhe", "default", "role:Role", "adapter:Adapter", "ab", 2, 1 << 30),
    Coming("keys", 5),
    Pulse(1.5),
    Ended("Died", "a signal"),
    Leaving(),
    Left("{}"),
)
FRAMES = (frame(Coming("keys", 5)), DATA + b"abc", DATA + b"de", frame(Evaluate(())), frame(Leaving()))


def _frames(path: Path) -> object:
    """A direction of a connection, with room for a mebibyte."""
    folder = path.parent / "received"
    folder.mkdir()
    inbox = Inbox(folder, lambda: 1 << 20)
    try:
        return [inbox.take(one) for one in path.read_bytes().split(END)]
    finally:
        inbox.close()


@functools.cache
def _program() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        PROGRAM.save(Path(folder), "program")
        return content(Path(folder))


def _own_program(path: Path) -> object:
    """A program under its own digest, as of a key owner who means harm."""
    header = path.read_bytes()
    path.rename(path.with_name("program.json"))
    path.with_name("program.safetensors").write_bytes(_program()["program.safetensors"])
    return load_program(path.parent, "program", hashlib.sha256(header).hexdigest())


def _own_constants(path: Path) -> object:
    """Constants under a program with the digest of just these."""
    header = json.loads(_program()["program.json"])
    header["patterns_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    written = json.dumps(header)
    path.rename(path.with_name("program.safetensors"))
    path.with_name("program.json").write_text(written)
    return load_program(path.parent, "program", hashlib.sha256(written.encode()).hexdigest())


def _checkpoints(folder: Path) -> Checkpoints:
    evaluator = CleartextEvaluator(PARAMETERS)
    return Checkpoints(folder, evaluator, "identity", 0.0, lambda boundary, seconds: None, Meter(lambda: 0.0))


def _kept(folder: Path) -> object:
    """The last checkpoint of an evaluation, in a form that compares."""
    found = _checkpoints(folder).latest()
    if found is None:
        return None
    values = {name: value.values.tobytes() for name, value in found.values.items()}
    return found.boundary, values, found.counts, found.spans, found.seconds


@functools.cache
def _evaluation() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Kept(
            7, {3: Slots(np.arange(8.0), level=2)}, Counter(rotations=4), [Span(0, None, 0.0, 1.0)], 4.5
        )
        _checkpoints(Path(folder)).keep(kept)
        return content(Path(folder))


def _whole_checkpoint(name: str) -> Target:
    file = f"{NAME}7/{name}"
    parse = among(_evaluation(), file, _kept)
    return Target(f"checkpoint of an evaluation, {name}", [_evaluation()[file]], parse, digested=True)


def _submission(folder: Path) -> object:
    """A stage that reads what the submission says of itself, its preparation and the harness's pixels."""
    task = Task(folder, contents.read(folder / contents.ABOUT, About), folder, "0")
    task.places.private.mkdir(parents=True)
    plain.preprocess_input(task)
    return task.about


def _logits(folder: Path) -> object:
    task = Task(folder, contents.read(folder / contents.ABOUT, About), folder, "0")
    plain.postprocess(task)
    return task.places.predictions.read_text()


def _numbers(values: Array) -> bytes:
    written = io.BytesIO()
    np.save(written, values)
    return written.getvalue()


PREPARATION = literals.Patches(size=28, patch=7, mean=(30.0,), std=(70.0,))
PIXELS, LOGITS = "datasets/single/intermediate/test_pixels.txt", f"io/single/intermediate/{contents.LOGITS}"
SUBMISSION = {
    contents.ABOUT: encode(About("cleartext", "adapter:Adapter", "n11", "0" * 64, 1)).encode(),
    contents.PREPARATION: PREPARATION.model_dump_json().encode(),
    PIXELS: b"\n".join(b" ".join(b"%.6f" % (place / 784) for place in range(784)) for _ in range(2)),
}
ANSWERED = SUBMISSION | {LOGITS: _numbers(np.arange(20.0).reshape(2, 10))}


def _of_submission(name: str) -> Target:
    return Target(
        f"{Path(name).stem} of a submission", [SUBMISSION[name]], among(SUBMISSION, name, _submission)
    )


TARGETS = (
    Target(
        "message",
        [encode(message).encode() for message in MESSAGES],
        lambda path: decode(Message, text(path)),
        ".jsonl",
    ),
    Target(
        "what two ends say",
        [encode(message).encode() for message in CONTROLS],
        lambda path: decode(Control, text(path)),
        ".jsonl",
    ),
    Target("frames", [END.join(FRAMES)], _frames, ".bin"),
    Target("program", [_program()["program.json"]], _own_program, ".json"),
    Target("constants of a program", [_program()["program.safetensors"]], _own_constants, ".safetensors"),
    *map(_whole_checkpoint, ("state.json", "spans.npy", "3")),
    *map(_of_submission, SUBMISSION),
    Target("logits of a submission", [ANSWERED[LOGITS]], among(ANSWERED, LOGITS, _logits), ".npy"),
)
