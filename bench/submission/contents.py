"""What a submission's folder holds beside its executables: messages to the two parties, a file each.

They are those of `bench.parties.messages`, written when the submission is made. What one stage leaves for
the next is a message too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.parties.codec import Message, decode, encode
from models import regular_files

AnyMessage = TypeVar("AnyMessage", bound=Message)

#: What the folder says of itself, and the preparation of samples.
ABOUT, PREPARATION = "submission.json", "preparation.json"
#: Requests to the key owner and to the evaluator; the program's files are called by the name.
GENERATE, ENCRYPT, ANSWERS = "client_generate.json", "client_encrypt.json", "client_answers.json"
PREPARE, PROGRAM = "server_prepare.json", "server_program"
#: What stages leave: beside the keys, the encrypted samples and the encrypted answers.
GENERATED, ENCRYPTED, EVALUATED = "generated.json", "encrypted.json", "evaluated.json"
#: The client's own, in the clear.
SAMPLES, LOGITS = "samples.npy", "logits.npy"


class StageError(Exception):
    """A stage cannot do its work; one sentence says why and what to do."""


@dataclass(frozen=True)
class About(Message):
    """What a submission is.

    Attributes:
        backend: the name of the backend.
        adapter: `module:Class` of its `backends.interface.Library`.
        parameter_set: its name, which says where it is insecure.
        model_digest: of the checkpoint.
        threads: how many the server's stage uses.
    """

    backend: str
    adapter: str
    parameter_set: str
    model_digest: str
    threads: int


def read(path: Path, expected: type[AnyMessage]) -> AnyMessage:
    """The message in a file.

    Raises:
        StageError: there is no such file, or it is no text.
        MessageError: it holds another message, or none.
    """
    if not path.is_file():
        raise StageError(f"{path} is missing; run the stages in the order of the harness")
    try:
        return decode(expected, regular_files.text(path))
    except UnicodeDecodeError as error:
        raise StageError(f"{path} is no text ({error.reason}); write the submission again") from error


def write(path: Path, message: Message) -> None:
    """Write a message to a file."""
    path.write_text(encode(message) + "\n", encoding="utf-8")
