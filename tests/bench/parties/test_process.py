"""Parties that go wrong: each ends as one sentence, none outlives its session."""

from __future__ import annotations

import sys
from ast import literal_eval
from pathlib import Path
from time import monotonic

import pytest

from backends.parameters import ParameterSet
from bench.parties.conversation import IDLE_S
from bench.parties.errors import PartyError
from bench.parties.messages import Generate
from bench.parties.process import PartyProcess

#: An adapter from elsewhere whose key owner does what it is told to by its parameters' ring size.
MODULE = """
import os, signal, sys, time
from backends.cleartext.library import Cleartext

class Faulty(Cleartext):
    @classmethod
    def key_owner(cls, parameters):
        {body}
        return super().key_owner(parameters)
"""
PARAMETERS = ParameterSet(log_n=10, first_modulus_bits=50, scale_bits=40, depth=2, digits=3, security=0)
KEY_OWNER = "bench.parties.roles.key_owner:KeyOwnerParty"


def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, seconds: float = 600, idle_s: float = IDLE_S
) -> PartyError:
    """How a key owner that does `body` answers."""
    (tmp_path / "faulty.py").write_text(MODULE.format(body=body))
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("faulty", None)
    log = tmp_path / "party.log"
    python = Path(sys.executable)
    party = PartyProcess("key owner", KEY_OWNER, python, "faulty:Faulty", tmp_path, log, threads=1)
    try:
        party.conversation.wait_ready(monotonic() + 600)
        party.conversation.idle_s = idle_s
        with pytest.raises(PartyError) as caught:
            party.conversation.request(
                Generate(PARAMETERS, (1,), bootstrap=False, conjugation=False), monotonic() + seconds
            )
        return caught.value
    finally:
        party.close()
        assert not Path(f"/proc/{party.pid}").exists()


def test_an_exception_is_a_sentence_and_its_traceback_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ask(tmp_path, monkeypatch, "raise MemoryError('no room for the keys')")
    assert error.kind == "MemoryError"
    assert str(error).startswith("no room for the keys; ")
    assert error.peak_bytes > 1_000_000
    assert "Traceback" in (tmp_path / "party.log").read_text()


def test_a_library_that_aborts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ask(tmp_path, monkeypatch, "os.abort()")
    assert error.kind == "Died"
    assert "the key owner was ended with signal SIGABRT" in str(error)


def test_a_party_that_something_else_kills_did_not_run_out_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "print('halfway'); sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    error = ask(tmp_path, monkeypatch, body)
    assert error.kind == "Died"
    assert "the key owner was ended with signal SIGKILL, and" in str(error)
    assert "its log ends with 'halfway'" in str(error)


def test_a_party_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would sleep for a day, and is ended."""
    error = ask(tmp_path, monkeypatch, "time.sleep(86400)", seconds=0.5)
    assert error.kind == "TimedOut"


def test_a_party_that_was_stopped_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a day for its answer; that it does nothing tells."""
    error = ask(tmp_path, monkeypatch, "os.kill(os.getpid(), signal.SIGSTOP)", seconds=86400, idle_s=1.0)
    assert error.kind == "Idle"
    assert "the key owner used no processor for 1 s" in str(error)


def test_a_party_that_crashes_leaves_no_image_of_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A core file of the key owner would hold the secret key."""
    body = "import resource; raise ValueError(str(resource.getrlimit(resource.RLIMIT_CORE)))"
    assert "(ValueError: (0, 0))" in str(ask(tmp_path, monkeypatch, body))


def test_a_party_cannot_be_traced_and_gains_no_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else any process of the same user could read the secret key in its memory."""
    body = (
        "import ctypes; status = open('/proc/self/status').read()\n"
        "        raise ValueError(str((ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), 'NoNewPrivs:\\t1' in status)))"
    )
    assert "(ValueError: (0, True))" in str(ask(tmp_path, monkeypatch, body))


def test_what_a_library_prints_is_not_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "print('noise'); os.write(1, b'noise'); raise ValueError('after the noise')"
    assert "(ValueError: after the noise)" in str(ask(tmp_path, monkeypatch, body))
    assert "noise" in (tmp_path / "party.log").read_text()


def test_a_party_sees_a_cleaned_environment_and_no_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "do not pass on")
    with (tmp_path / "open").open("w") as inherited:
        body = (
            "raise ValueError(repr((sorted(os.environ), sorted(os.listdir('/proc/self/fd')), os.getcwd())))"
        )
        text = str(ask(tmp_path, monkeypatch, body))
        assert not inherited.closed
    variables, descriptors, folder = literal_eval(
        text.partition("ValueError: ")[2].rpartition("); the traceback")[0]
    )
    assert set(variables) <= {
        "HOME", "LANG", "LC_CTYPE", "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS", "PATH",
        "TMPDIR",
    }  # fmt: skip
    # The three standard ones, the pipe, that by which the peak is reset, and the one that lists them.
    assert len(descriptors) <= 6
    assert folder == str(tmp_path)
