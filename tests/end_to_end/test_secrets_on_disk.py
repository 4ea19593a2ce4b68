"""However a cell ends, no file holds a sample or a piece of the secret key."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backends.registry import get
from bench.run.listener import Listener
from bench.run.session import News, Stage
from reports.record import Status
from tests.end_to_end import saboteur
from tests.end_to_end.saboteur import HONEST
from tests.end_to_end.whole_cells import outcome, small_cell
from tests.faults.checks import leaks, samples_of

#: How each library writes a secret key down, which the adapters never do.
WRITTEN = {
    "openfhe": "import openfhe as fhe; return fhe.Serialize(owner._keys.secretKey, fhe.BINARY)",
    "tenseal": "return saved(owner._generator.secret_key())",
}
#: A key owner's: pieces of its secret key go to its log, in a form that no file of a key has.
TELLING = """import pathlib, sys, tempfile

    def saved(key):
        path = pathlib.Path(tempfile.mkdtemp()) / "secret"
        key.save(str(path))
        content = path.read_bytes()
        path.unlink()
        return content

    def written():
        {written}

    generate = owner.generate

    def telling(*asked, **times):
        files = generate(*asked, **times)
        secret = written()
        for part in (1, 2, 3):
            place = part * len(secret) // 4
            print("PIECE", secret[place : place + 24].hex(), file=sys.stderr, flush=True)
        return files

    owner.generate = telling
    {then}"""

#: Ways for a key owner, and for an evaluator, to end.
KILLED = "import os; owner.decrypt = lambda ciphertext: os.kill(os.getpid(), 9)"
ABORTS = "import os; evaluator.multiply_plain = lambda *terms: os.abort()"
SLEEPS = "import time; evaluator.multiply_plain = lambda *terms: time.sleep(86400)"


class Interrupting(Listener):
    """Presses Ctrl-C when the evaluation begins."""

    def report(self, news: News) -> None:
        if isinstance(news, Stage) and news.name == "evaluation":
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("spoil", "then", "status"),
    [
        (HONEST, HONEST, Status.OK),
        (saboteur.ZEROS, HONEST, Status.FAILED),
        (HONEST, KILLED, Status.FAILED),
        (ABORTS, HONEST, Status.FAILED),
        (SLEEPS, HONEST, Status.TIMED_OUT),
        (HONEST, HONEST, None),
    ],
    ids=["ok", "wrong", "key owner killed", "evaluator aborts", "timed out", "interrupted"],
)
def test_no_secret_and_no_sample_is_left(
    backend: str,
    spoil: str,
    then: str,
    status: Status | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    cell = small_cell(backend)
    if status is Status.TIMED_OUT:
        stages = cell.limits.stages.model_copy(update={"evaluate_s": 3.0})
        cell = replace(cell, limits=cell.limits.model_copy(update={"stages": stages}))
    betray = TELLING.format(written=WRITTEN[backend], then=then) if backend in WRITTEN else then
    kept = not get(backend).simulates  # whose ciphertexts are in the clear

    def live(listener: Listener) -> Status:
        return outcome(
            cell, tmp_path, monkeypatch, spoil, betray, listener=listener, keep_parties=kept
        ).status

    if status is None:
        with pytest.raises(KeyboardInterrupt):
            live(Interrupting())
    else:
        assert live(Listener()) is status
    log = tmp_path / "cell" / "key_owner.log"
    told = log.read_text()
    pieces = [bytes.fromhex(piece) for piece in re.findall(r"^PIECE ([0-9a-f]{48})$", told, re.MULTILINE)]
    assert len(pieces) == (3 if backend in WRITTEN else 0)
    assert leaks(tmp_path, [*pieces, *samples_of([cell])]) == []
