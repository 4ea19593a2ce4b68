"""The client's stages that need the library: the role of the key owner, one request a process."""

from __future__ import annotations

import numpy as np

from backends.security import check_demand
from backends.tensor.layout import unpack_batches
from bench.parties.kept_keys import KeepKeys, TakeUpKeys
from bench.parties.messages import Decrypt, Encrypt, Encrypted, Generate
from bench.parties.plain import taken
from bench.parties.roles.kept_key_owner import KeptKeyOwnerParty
from bench.parties.wire import EVALUATOR, KEY_OWNER, Wire
from bench.submission import contents
from bench.submission.answers import Answers, ComputedBatches
from bench.submission.channels import silent
from bench.submission.contents import StageError
from bench.submission.places import anew
from bench.submission.task import Task

#: The file into which the key owner decrypts a batch, gone as soon as it is read.
_DECRYPTED = "decrypted.npy"


def generate_keys(task: Task) -> None:
    """Make all keys: the server's into `public_keys`, the secret one into `secret_key`.

    Raises:
        ParameterError: the keys reach less security than the parameter set demands.
        StageError: there is a secret key already.
    """
    places, request = task.places, contents.read(task.folder / contents.GENERATE, Generate)
    if places.secret_key.exists():
        raise StageError(f"{places.secret_key} is there already; remove it to make new keys")
    party = KeptKeyOwnerParty(anew(places.private), silent(), task.about.adapter)
    made = party.answer(request)
    if made.security.secret != "none":  # the simulator has no key to judge
        check_demand(request.parameters, made.security)
    wire = Wire({KEY_OWNER: places.private, EVALUATOR: anew(places.public_keys)})
    wire.carry(EVALUATOR, made.files)
    contents.write(places.public_keys / contents.GENERATED, made)
    party.answer(KeepKeys(str(places.secret_key)))


def encrypt(task: Task) -> None:
    """Encrypt the prepared samples into `ciphertexts_upload`."""
    places, request = task.places, contents.read(task.folder / contents.ENCRYPT, Encrypt)
    encrypted = _key_owner(task).answer(request)
    wire = Wire({KEY_OWNER: places.private, EVALUATOR: anew(places.upload)})
    for batch in encrypted.batches:
        wire.carry(EVALUATOR, batch)
    contents.write(places.upload / contents.ENCRYPTED, encrypted)


def decrypt(task: Task) -> None:
    """Decrypt what lies in `ciphertexts_download`, into logits `[samples, positions, classes]`.

    Places of a batch that no sample has repeat its samples.

    Raises:
        StageError: the server has not answered all batches.
    """
    places, answers = task.places, contents.read(task.folder / contents.ANSWERS, Answers)
    computed = contents.read(places.download / contents.EVALUATED, ComputedBatches)
    sent = contents.read(places.upload / contents.ENCRYPTED, Encrypted)
    if len(computed.batches) != len(sent.batches):
        raise StageError(
            f"the server answered {len(computed.batches)} of {len(sent.batches)} batches; run it again"
        )
    party = _key_owner(task)
    wire = Wire({KEY_OWNER: places.private, EVALUATOR: places.download})
    decrypted = []
    for batch in computed.batches:
        wire.carry(KEY_OWNER, batch, others_follow=True)
        party.answer(Decrypt(batch, _DECRYPTED))
        decrypted.append(list(taken(places.private / _DECRYPTED)))
    np.save(places.private / contents.LOGITS, unpack_batches(answers.layout, answers.value, decrypted))


def _key_owner(task: Task) -> KeptKeyOwnerParty:
    """The key owner with the keys that it made."""
    parameters = contents.read(task.folder / contents.GENERATE, Generate).parameters
    party = KeptKeyOwnerParty(task.places.private, silent(), task.about.adapter)
    party.answer(TakeUpKeys(parameters, str(task.places.secret_key)))
    return party
