"""Messages are checked on both sides: what is written and what is read is what its class says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backends.constants_room import Room
from backends.interface import SecurityFacts
from backends.measured import Stretch
from backends.parameters import BootstrapParameters, ParameterSet
from backends.tensor.layout import Layout, ValueLayout
from bench.parties.codec import Message, decode, encode
from bench.parties.errors import MessageError
from bench.parties.lasting import Noted
from bench.parties.measurements import Sums, Timed
from bench.parties.messages import (
    Batch,
    BatchFigures,
    Done,
    Encrypt,
    Evaluate,
    Evaluated,
    Event,
    ExecutedPrimitive,
    Failed,
    Generate,
    Generated,
    Prepare,
    Prepared,
    Ready,
    Refreshed,
    Request,
)
from bench.parties.spent import Spent
from bench.parties.wire import Shipment

SHIPMENT = Shipment("ciphertext", "from_key_owner_0", 7, "ab")
BATCH: Batch = (SHIPMENT, SHIPMENT)
PARAMETERS = ParameterSet(13, 60, 50, 12, 3, bootstrap=BootstrapParameters((2, 2), 7, 8))
FIGURES = BatchFigures(
    evaluate_s=1.5,
    round_trips_s=0.0,
    layers={"block1": 1.5},
    course=(Stretch("block1", None, 3, 2, 4, 1.5),),
    primitives=(ExecutedPrimitive("rotate_many", 3, 1, 4, 0.5, 0.75),),
    counts={"rotations": 4},
)
SPENT = Spent(2.5, 0.5, 1.25, 0.25, 3, 400)
MESSAGES = [
    Ready("none", None),
    Failed("OutOfMemory", "no room", 1 << 40),
    Generate(PARAMETERS, (1, 2), bootstrap=True, conjugation=False),
    Encrypt("samples.npy", Layout(4, 2, 8), ValueLayout("features", (0, 1), 5), 3),
    Prepare("program", "digest", Room(1 << 30, 1)),
    Evaluate(BATCH, 1, "2", 30.0),
    Refreshed(SHIPMENT),
    Noted(),
    Done(
        5,
        SPENT,
        Generated(0.5, 0.25, BATCH, SecurityFacts(13, 100.5, 60, "uniform_ternary"), {"seal": "4.1"}),
    ),
    Done(5, SPENT, Prepared(0.5, None)),
    Done(5, SPENT, Evaluated(BATCH, FIGURES)),
    Timed("add", 3, (0.1, 0.2), sums=Sums(BATCH, 2, 3)),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    line = encode(message)
    assert "\n" not in line
    assert decode(type(message), line) == message
    assert decode(Message, line) == message


def damaged(**changes: object) -> str:
    """A request with other fields; a field that is to be left out is given as ...."""
    literal = json.loads(encode(MESSAGES[2])) | changes
    return json.dumps({name: value for name, value in literal.items() if value is not ...})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"bootstrap": ...}, "Generate lacks the field 'bootstrap'"),
        ({"rotations": 3}, "Generate has no field 'rotations'"),
        ({"bootstrap": 1}, "Generate.bootstrap is 1; it must be a boolean"),
        ({"rotation_steps": [1, "2"]}, r"Generate.rotation_steps\[1\] is '2'; it must be a whole number"),
        ({"rotation_steps": [1, True]}, r"Generate.rotation_steps\[1\] is True; it must be a whole number"),
        ({"rotation_steps": 3}, "Generate.rotation_steps is 3; it must be a list"),
        (
            {"rotation_steps": [2**63]},
            r"Generate.rotation_steps\[0\] is 9223372036854775808; it must be .* 64 bits",
        ),
        ({"parameters": None}, "Generate.parameters is None; it must be an object"),
        ({"parameters": {"log_n": 13}}, "Generate.parameters lacks the field"),
        ({"message": "Guess"}, "'Guess' is not one of the class Request"),
        ({"message": "Ready"}, "'Ready' is not one of the class Request"),
        ({"message": ...}, "None is not one of the class Request"),
    ],
)
def test_a_reader_refuses(changes: dict[str, object], error: str) -> None:
    with pytest.raises(MessageError, match=error):
        decode(Request, damaged(**changes))


def test_a_reader_refuses_what_is_not_json() -> None:
    with pytest.raises(MessageError, match="not a line of JSON"):
        decode(Event, "Traceback (most recent call last):")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("rotation_steps", (1, 2.5), r"Generate.rotation_steps\[1\] is 2.5; it must be a whole number"),
        ("bootstrap", "yes", "Generate.bootstrap is 'yes'; it must be a boolean"),
        ("parameters", SHIPMENT, "Generate.parameters"),
    ],
)
def test_a_writer_refuses(field: str, value: object, error: str) -> None:
    changes = {field: value}
    with pytest.raises(MessageError, match=error):
        encode(replace(MESSAGES[2], **changes))


def test_a_request_names_its_answer() -> None:
    assert Generate.answer() is Generated
    assert Prepare.answer() is Prepared


@pytest.mark.parametrize("line", ["[" * 100_000, '{"message": ' + "9" * 5000 + "}"])
def test_a_reader_refuses_what_no_reader_of_json_can_take(line: str) -> None:
    with pytest.raises(MessageError, match="not a line of JSON"):
        decode(Event, line)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "-1e999", "9" * 400])
def test_a_reader_refuses_numbers_that_are_none(number: str) -> None:
    line = encode(MESSAGES[5]).replace("30.0", number)
    assert number in line
    with pytest.raises(MessageError, match=r"Evaluate.checkpoint_s is .*; it must be a number"):
        decode(Message, line)


def test_a_reader_refuses_a_field_that_is_there_twice() -> None:
    line = encode(MESSAGES[5]).replace('"number": 1', '"number": 1, "number": 2')
    with pytest.raises(MessageError, match="a field is there twice"):
        decode(Message, line)
