"""Several key owners, each in a process with its share of the secret key, and an evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from backends.errors import IntegrityError, Unsupported
from backends.planner import plan, refresh_for
from backends.program import Program
from backends.registry import get
from backends.threshold import INTERACTIVE_BOOTSTRAP
from bench.parties.messages import Batch
from bench.parties.plain import taken
from bench.parties.shares import Fuse, Share
from bench.parties.wire import EVALUATOR, KEY_OWNER, key_owners
from bench.run.program_parties import ProgramParties, roles
from bench.run.session import Session
from bench.run.splitting import Splitting, decode_each
from models import reference
from reports.scoring.precision import precision_bits
from tests import conftest
from tests.end_to_end.harness import refresh_of, session
from tests.random_vit import random_inputs, random_vit
from tests.toy import ROUND_TRIPS

GRAPH, INPUTS = random_vit(7, blocks=1), random_inputs(7, 2, 12, 5)
THREE = replace(ROUND_TRIPS, first_modulus_bits=55, scale_bits=46, parties=3)
OWNERS = key_owners(3)


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Session, ProgramParties, Program]]:
    """Three key owners with their joint keys, and an evaluator that is ready, on OpenFHE."""
    if "openfhe" not in conftest.tested_backends(request.config):
        pytest.skip("no other library here shares a secret key")
    program = plan(GRAPH, THREE, refresh_of("openfhe", THREE))
    with session("openfhe", tmp_path_factory.mktemp("parties"), roles=roles(THREE)) as found:
        parties = ProgramParties(found, THREE)
        made = parties.generate_keys(program, bootstrap=False)
        parties.prepare(program, made.files)
        yield found, parties, program


def test_a_model_is_computed_and_refreshed_by_three(
    opened: tuple[Session, ProgramParties, Program],
) -> None:
    found, parties, program = opened
    assert program.counts["round_trips"] > 0
    batches = parties.encrypt(INPUTS, program).batches
    evaluation = Splitting(parties, program, INPUTS, np.inf).evaluate(batches)
    logits = decode_each(program, program.output_layout, evaluation.outputs, evaluation.held)
    bits = precision_bits(logits.reshape(len(INPUTS), -1), reference.logits(GRAPH, INPUTS))
    assert bits is not None
    assert bits > 15

    assert len({party.pid for party in found.parties.values()}) == 4
    assert not [name for name in found.wire.received(EVALUATOR) if "share" in name]
    sharing = parties.owners.sharing()
    assert sharing is not None
    assert [one.name for one in sharing.owners] == list(OWNERS)
    assert all(one.make_keys_s > 0 and one.decrypt_s > 0 for one in sharing.owners)
    assert all(one.sent_bytes and one.received_bytes and one.peak_bytes for one in sharing.owners)
    sent = sum(one.sent_bytes or 0 for one in sharing.owners)
    assert sent == sharing.among_bytes + found.wire.crossed.to_evaluator_bytes
    assert sharing.flooding_bits == pytest.approx(20 + np.log2(3) / 2)


def test_a_model_is_refreshed_by_interactive_bootstraps(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Nobody sees the values: no ciphertext is fused between the inputs and the outputs."""
    if "openfhe" not in conftest.tested_backends(request.config):
        pytest.skip("no other library here shares a secret key")
    parameters = replace(THREE, log_n=11, depth=12, digits=13)
    refresh = refresh_for(INTERACTIVE_BOOTSTRAP, parameters, get("openfhe").capabilities(parameters))
    program = plan(GRAPH, parameters, refresh)
    with session("openfhe", tmp_path, roles=roles(parameters)) as found:
        parties = ProgramParties(found, parameters, unseen=True)
        parties.prepare(program, parties.generate_keys(program, bootstrap=False).files)
        batches = parties.encrypt(INPUTS, program).batches
        evaluation = Splitting(parties, program, INPUTS, np.inf).evaluate(batches)
        sharing = parties.owners.sharing()
    logits = decode_each(program, program.output_layout, evaluation.outputs, evaluation.held)
    bits = precision_bits(logits.reshape(len(INPUTS), -1), reference.logits(GRAPH, INPUTS))
    assert bits is not None
    assert bits > 12
    assert sharing is not None
    refreshed = program.counts["round_trips"] * len(evaluation.measured)
    assert sharing.interactive_bootstraps == refreshed > 0
    assert sharing.bootstrap_rounds == 2 * refreshed
    assert sharing.bootstrap_bytes is not None


def test_a_single_key_owner_has_no_interactive_bootstrap() -> None:
    with pytest.raises(Unsupported, match="takes several key owners"):
        refresh_for(INTERACTIVE_BOOTSTRAP, ROUND_TRIPS, get("openfhe").capabilities(ROUND_TRIPS))


def shares(found: Session, ciphertexts: Batch) -> list[Batch]:
    """The partial decryptions of each, in the first one's folder, of ciphertexts that it has sent."""
    answers = []
    for side in OWNERS:
        if side != KEY_OWNER:
            found.wire.carry(side, ciphertexts, KEY_OWNER, others_follow=True)
    for side in OWNERS:
        answer = found.ask(side, Share(ciphertexts)).shares
        if side != KEY_OWNER:
            found.wire.carry(KEY_OWNER, answer, side)
        answers.append(answer)
    return answers


def test_any_two_of_three_cannot_decrypt(opened: tuple[Session, ProgramParties, Program]) -> None:
    """OpenFHE refuses to decode what two fuse; past its refusal, it is uniform modulo q."""
    from tests.backends.openfhe import fusing  # which imports the library, as the next does
    from tests.backends.test_openfhe import in_fresh_process

    found, parties, program = opened
    choices = [*combinations(range(3), 2), (0, 1, 2)]

    def fused(some: list[Batch]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        found.ask(KEY_OWNER, Fuse(tuple(some), "fused.npy"))
        return taken(found.wire.folder(KEY_OWNER) / "fused.npy")

    for pair in choices:
        (batch,) = parties.encrypt(INPUTS, program).batches
        for shipment in batch:  # as if they were on their way back
            (found.wire.folder(EVALUATOR) / shipment.name).replace(
                found.wire.folder(KEY_OWNER) / shipment.name
            )
        of_all = shares(found, batch)
        files = [found.wire.folder(KEY_OWNER) / one[0].name for one in of_all]
        (over_modulus,) = in_fresh_process(fusing.each_over_modulus, files, [pair], THREE)
        readable = np.isfinite(fused([of_all[number] for number in pair]))
        if len(pair) == 3:
            assert readable.all()
            assert np.abs(over_modulus).max() < 2.0**-10
        else:
            assert not readable.any()
            assert fusing.distance_from_uniform(over_modulus) < fusing.most_by_chance(THREE.n)


def test_no_partial_decryption_goes_to_the_evaluator(
    opened: tuple[Session, ProgramParties, Program],
) -> None:
    found, parties, program = opened
    (batch,) = parties.encrypt(INPUTS, program).batches
    for shipment in batch:
        (found.wire.folder(EVALUATOR) / shipment.name).replace(found.wire.folder(KEY_OWNER) / shipment.name)
    first, *_ = shares(found, batch)
    with pytest.raises(IntegrityError, match="may not receive a partial_decryption"):
        found.wire.carry(EVALUATOR, first, KEY_OWNER)


@pytest.mark.parametrize("name", ["tenseal", "pyfhel"])
def test_other_libraries_say_why_they_cannot(name: str) -> None:
    with pytest.raises(Unsupported, match="SEAL has no protocol"):
        get(name).capabilities(replace(ROUND_TRIPS, parties=3))


def test_logs_are_told_apart(opened: tuple[Session, ProgramParties, Program]) -> None:
    found, _, _ = opened
    assert {path.stem for path in Path(found.logs).glob("*.log")} == {*OWNERS, EVALUATOR}
