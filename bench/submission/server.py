"""The server's stages: the role of the evaluator, which sees keys without a secret, and ciphertexts.

Before the library is imported the process gives up the sight of all other files of the harness. What it has
to see is laid into its folder first, by the wire, which admits no secret key.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from backends.program import load_program
from bench.parties.isolation import NONE, isolate
from bench.parties.launch import hide
from bench.parties.messages import Batch, Encrypted, Evaluate, Generate, Generated, Load, Prepare
from bench.parties.roles.evaluator import EvaluatorParty
from bench.parties.wire import EVALUATOR, KEY_OWNER, Wire
from bench.submission import contents
from bench.submission.answers import ComputedBatches
from bench.submission.channels import silent
from bench.submission.contents import StageError
from bench.submission.places import Places, anew
from bench.submission.task import Task


def preprocess_model(task: Task) -> None:
    """See that the program is whole.

    Its constants are encoded by `compute`: libraries keep what is encoded in the memory of a process.

    Raises:
        IntegrityError: it is not what the submission was made with.
    """
    prepare = contents.read(task.folder / contents.PREPARE, Prepare)
    load_program(task.folder, prepare.program, prepare.digest)


def compute(task: Task) -> None:
    """Compute the answers of all encrypted samples, into `ciphertexts_download`.

    Raises:
        StageError: this system lets a process be kept from no file.
    """
    places, folder = task.places, task.folder
    parameters = contents.read(folder / contents.GENERATE, Generate).parameters
    prepare = contents.read(folder / contents.PREPARE, Prepare)
    made = contents.read(places.public_keys / contents.GENERATED, Generated)
    sent = contents.read(places.upload / contents.ENCRYPTED, Encrypted)
    own = anew(places.download)
    _hand_over(places, made, sent.batches)
    for suffix in (".json", ".safetensors"):
        shutil.copy(folder / f"{prepare.program}{suffix}", own)
    with places.reported.open("w", encoding="utf-8") as report:
        confine(own, places.exchange)
        party = EvaluatorParty(own, silent(), task.about.adapter)
        loaded = party.answer(Load(parameters, made.files))
        prepared = party.answer(prepare)
        answers, seconds = _computed(party, own, sent.batches)
        contents.write(own / contents.EVALUATED, ComputedBatches(answers))
        _leave_only(own, [shipment.name for batch in answers for shipment in batch])
        steps = {
            "Loading keys": loaded.seconds,
            "Encoding the model": prepared.seconds,
            "Encrypted computation": seconds,
        }
        json.dump({name: round(step_s, 4) for name, step_s in steps.items()}, report)


def confine(own: Path, exchange: Path) -> None:
    """Take from this process the sight of all but its own folder and the system: there is no way back.

    Args:
        own: its folder, in `exchange`; its working directory from now on.
        exchange: of which it sees nothing else.

    Raises:
        StageError: this system has neither Landlock nor namespaces for it.
    """
    os.chdir(own)
    if isolate(own.resolve(), exchange.resolve()) == NONE:
        raise StageError(
            "this system has neither Landlock nor user namespaces, so the server's stage could read the "
            "secret key; run it where one of them is allowed"
        )
    hide()


def _hand_over(places: Places, made: Generated, batches: Sequence[Batch]) -> None:
    """Lay keys and encrypted samples into the server's folder; they stay where they were, too."""
    keys = Wire({KEY_OWNER: places.public_keys, EVALUATOR: places.download})
    keys.carry(EVALUATOR, made.files, others_follow=True)
    samples = Wire({KEY_OWNER: places.upload, EVALUATOR: places.download})
    for batch in batches:
        samples.carry(EVALUATOR, batch, others_follow=True)


def _computed(party: EvaluatorParty, own: Path, batches: Sequence[Batch]) -> tuple[tuple[Batch, ...], float]:
    """The answers, batch by batch, and the seconds of their evaluation."""
    answers, seconds = [], 0.0
    for number, batch in enumerate(batches):
        evaluated = party.answer(Evaluate(batch, number, str(number)))
        answers.append(evaluated.outputs)
        seconds += evaluated.measured.evaluate_s
        for shipment in batch:
            (own / shipment.name).unlink()
    return tuple(answers), seconds


def _leave_only(own: Path, answers: Sequence[str]) -> None:
    """Remove all that is no answer, such as the program and what a library left."""
    kept = {contents.EVALUATED, *answers}
    for path in own.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
