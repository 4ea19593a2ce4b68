"""The stages of a submission on the simulator: what they leave, refuse and cannot see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.parties.isolation import NONE, isolate
from bench.submission import stage as stages
from tests import submissions

ROOT = Path(stages.__file__).resolve().parents[2]
#: Confines itself as the server's stage does, and tries to read what it is given.
_CONFINED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bench.submission.server import confine
own, exchange, *others = map(Path, sys.argv[2:])
confine(own, exchange)
for path in others:
    try:
        path.read_bytes()
        print("read", path.name)
    except OSError as error:
        print(type(error).__name__)
print("own", (own / "file").read_text())
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A harness's folder in which every stage has run."""
    with pytest.MonkeyPatch.context() as patch:
        root = submissions.written(tmp_path_factory.mktemp("submission"), "cleartext", patch)
    submissions.run(root)
    return root


def test_the_harness_finds_the_stages_that_it_names(finished: Path) -> None:
    built = finished / "submission" / "build"
    assert [path.name for path in sorted(built.iterdir())] == sorted(submissions.STAGES)
    assert list(stages.WORK) == list(submissions.STAGES)


def test_labels_are_those_of_the_model_in_the_clear(finished: Path) -> None:
    labels = submissions.places(finished).predictions.read_text().split()
    assert labels == [str(label) for label in submissions.expected()]


def test_nothing_in_the_clear_is_left_with_the_server(finished: Path) -> None:
    there = submissions.places(finished)
    left = {path.name for path in there.download.iterdir()}
    answers = json.loads((there.download / "evaluated.json").read_text())["batches"]
    assert left == {"evaluated.json", *(shipment["name"] for batch in answers for shipment in batch)}
    steps = json.loads(there.reported.read_text())
    assert list(steps) == ["Loading keys", "Encoding the model", "Encrypted computation"]
    assert there.secret_key.stat().st_mode & 0o777 == 0o700


def test_what_simulates_is_told_to_be_insecure(finished: Path) -> None:
    readme = (finished / "submission" / "README.md").read_text()
    assert readme.startswith("# INSECURE")
    assert "nothing is encrypted" in readme


def test_a_confined_stage_reads_its_own_folder_and_no_secret(tmp_path: Path) -> None:
    exchange, own = tmp_path / "io", tmp_path / "io" / "own"
    secret = exchange / "secret_key" / "secret_key.bin"
    for folder in (own, secret.parent):
        folder.mkdir(parents=True)
    (own / "file").write_text("seen")
    secret.write_text("secret")
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, str(ROOT), str(own), str(exchange), str(secret)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:  # no other reason than that this system has no way to confine a process
        assert "neither Landlock nor user namespaces" in done.stderr
        return
    first, last = done.stdout.splitlines()
    assert first in ("PermissionError", "FileNotFoundError")
    assert last == "own seen"


def test_the_servers_stage_refuses_where_it_cannot_be_confined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.submission import server
    from bench.submission.contents import StageError

    monkeypatch.setattr(server, isolate.__name__, lambda own, session: NONE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StageError, match="could read the secret key"):
        server.confine(tmp_path, tmp_path)


def _refused(root: Path, name: str) -> str:
    done = submissions.stage(root, name)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {name}: ")
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("client_encode_encrypt_input", "samples.npy"),
        ("server_encrypted_compute", "generated.json is missing"),
        ("client_decrypt_decode", "evaluated.json is missing"),
        ("client_postprocess", "logits.npy is missing"),
    ],
)
def test_a_stage_out_of_order_says_so(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = submissions.written(tmp_path, "cleartext", monkeypatch)
    if name == "client_encode_encrypt_input":
        submissions.run(root, "client_key_generation")
    assert told in _refused(root, name)


def test_what_was_damaged_on_its_way_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = submissions.written(tmp_path, "cleartext", monkeypatch)
    there = submissions.places(root)
    names = list(submissions.STAGES)
    submissions.run(root, *names[:4])
    keys = there.public_keys / "rotation_keys.txt"
    keys.write_text(keys.read_text().replace("1", "2", 1))
    assert "is not what was sent" in _refused(root, "server_encrypted_compute")
    program = root / "submission" / "server_program.json"
    program.write_text(program.read_text().replace("rescale", "rotate", 1))
    assert "server_program" in _refused(root, "server_preprocess_model")
    there.pixels.write_text("0.5 2.0\n")
    assert "does not hold 784 pixels" in _refused(root, "client_preprocess_input")
    assert "is there already" in _refused(root, "client_key_generation")
