"""Both parties in this process, over channels in memory: nothing of a role is the process's own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

import numpy as np

from backends.planner import plan
from bench.parties.channel import Channel
from bench.parties.conversation import Conversation
from bench.parties.errors import PartyError
from bench.parties.messages import (
    Decrypt,
    Encrypt,
    Evaluate,
    Event,
    Generate,
    Load,
    Prepare,
    Refresh,
    Refreshed,
    RoundTrip,
)
from bench.parties.serve import serve
from bench.parties.wire import Side, Wire
from bench.run import program_parties
from bench.run.splitting import decode
from models import reference
from tests.end_to_end.harness import refresh_of
from tests.random_vit import random_inputs, random_vit
from tests.toy import ROUND_TRIPS

CLEARTEXT = "backends.cleartext.library:Cleartext"
GRAPH, INPUTS = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)


def never() -> PartyError:
    return PartyError("Died", "a party of this process left its loop")


@contextmanager
def party(side: Side, folder: Path) -> Iterator[Conversation]:
    """A role that serves in a thread, and the front process's end of its channel."""
    folder.mkdir()
    (asked, asking), (heard, saying) = os.pipe(), os.pipe()
    with (
        os.fdopen(asked, encoding="utf-8") as source,
        os.fdopen(heard, encoding="utf-8") as answers,
        os.fdopen(saying, "w", encoding="utf-8") as sink,  # closed first, so that nobody waits for it
    ):
        role = getattr(program_parties.ROLES, side)
        thread = threading.Thread(target=serve, args=(role, CLEARTEXT, folder, Channel(source, sink)))
        with os.fdopen(asking, "w", encoding="utf-8") as questions:
            thread.start()
            conversation = Conversation(side, Channel(answers, questions), never, lambda: None)
            conversation.wait_ready(inf)
            yield conversation
        thread.join()


def test_two_parties_in_one_process_compute_a_program_with_round_trips(tmp_path: Path) -> None:
    program = plan(GRAPH, ROUND_TRIPS, refresh_of("cleartext", ROUND_TRIPS))
    assert program.counts["round_trips"] > 0
    before = Path.cwd()
    wire = Wire({"key_owner": tmp_path / "key_owner", "evaluator": tmp_path / "evaluator"})
    with (
        party("key_owner", wire.folder("key_owner")) as owner,
        party("evaluator", wire.folder("evaluator")) as evaluator,
    ):

        def on_event(event: Event) -> Refreshed | None:
            if not isinstance(event, RoundTrip):
                return None
            wire.carry("key_owner", [event.ciphertext])
            fresh, _ = owner.request(Refresh(event.ciphertext, event.level), inf)
            wire.carry("evaluator", [fresh.ciphertext])
            return fresh

        made, _ = owner.request(
            Generate(ROUND_TRIPS, program.rotation_steps, bootstrap=False, conjugation=False), inf
        )
        wire.carry("evaluator", made.files)
        evaluator.request(Load(ROUND_TRIPS, made.files), inf)
        digest = program.save(wire.folder("evaluator"), "program")
        evaluator.request(Prepare("program", digest, None), inf)
        np.save(wire.folder("key_owner") / "samples.npy", INPUTS)
        how = Encrypt("samples.npy", program.layout, program.input_layout, program.input_level)
        encrypted, _ = owner.request(how, inf)
        for batch in encrypted.batches:
            wire.carry("evaluator", batch)
        (batch,) = encrypted.batches
        evaluated, _ = evaluator.request(Evaluate(batch), inf, on_event)
        wire.carry("key_owner", evaluated.outputs)
        owner.request(Decrypt(evaluated.outputs, "decrypted.npy"), inf)
        slots = np.load(wire.folder("key_owner") / "decrypted.npy")[None]
    assert evaluated.measured.counts["round_trips"] == program.counts["round_trips"]
    # the places of the batch that no sample has answer what the samples do: none of them is left to itself
    places = program.layout.samples
    assert places > len(INPUTS)
    found = decode(program, program.output_layout, slots, places).reshape(places, -1)
    expected = reference.logits(GRAPH, INPUTS)
    np.testing.assert_allclose(found, np.resize(expected, (places, expected.shape[1])), atol=1e-4)
    assert Path.cwd() == before
