"""The search can fail: what is planted is found in every form and place, and by whoever may look."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.secrets import onlooker
from tests.secrets.places import memory
from tests.secrets.sought import Sought
from tests.secrets.telling import Ear
from tests.secrets.ternary import coefficients
from tests.secrets.traces import Search, of_numbers

N = 256
#: A prime that is 1 modulo 2N, of 40 bits.
MODULUS = next(q for q in range((1 << 40) - (1 << 40) % (2 * N) + 1, 1 << 41, 2 * N) if pow(3, q - 1, q) == 1)
RANDOM = np.random.default_rng(15)
SECRET = RANDOM.integers(-1, 2, N).astype(np.int8)
SAMPLES = RANDOM.normal(size=(3, 8))
DECRYPTED = RANDOM.normal(size=64)


def written(secret: np.ndarray) -> bytes:
    """As libraries write a secret key down: by its values, behind a head and the prime."""
    tried = (pow(base, (MODULUS - 1) // (2 * N), MODULUS) for base in range(2, MODULUS))
    root = next(one for one in tried if pow(one, N, MODULUS) == MODULUS - 1)
    least = min(pow(root, odd, MODULUS) for odd in range(1, 2 * N, 2))
    bits = N.bit_length() - 1
    points = [pow(least, 2 * int(f"{i:0{bits}b}"[::-1], 2) + 1, MODULUS) for i in range(N)]
    values = [sum(int(c) * pow(x, k, MODULUS) for k, c in enumerate(secret)) % MODULUS for x in points]
    return b"a head that is known" + np.array([MODULUS, *values], "<u8").tobytes()


WRITTEN = written(SECRET)


class Told(Ear):
    """What a key owner would have told."""

    def __init__(self) -> None:
        heads = ("secret", WRITTEN), ("public", b"a head that is known"), ("decrypted", DECRYPTED.tobytes())
        self._told = [({"kind": kind}, content) for kind, content in heads]


@pytest.fixture(scope="module")
def sought() -> Sought:
    return Sought(Told(), Search(list(of_numbers("a sample", SAMPLES))), N)


def residues() -> bytes:
    return np.array([int(c) % MODULUS for c in SECRET], "<u8").tobytes()


#: What is planted, by what must be found.
FORMS: dict[str, tuple[str, bytes]] = {
    "a sample as float64": ("a sample", SAMPLES[1, 3:5].tobytes()),
    "one number of a sample": ("a sample", SAMPLES[2, 5].tobytes()),
    "a sample of a big-endian machine": ("a sample", SAMPLES[0].astype(">f8").tobytes()),
    "a sample as float32": ("a sample", SAMPLES[1].astype("<f4").tobytes()),
    "a sample as text": ("a sample", json.dumps(SAMPLES.tolist()).encode()),
    "a sample as a few digits": ("a sample", f"{SAMPLES[1, 2]:.14g} ".encode()),
    "a sample as hexadecimal text": ("a sample", SAMPLES[1].tobytes().hex().encode()),
    "a sample as base64 text": ("a sample", base64.b64encode(b"x" + SAMPLES.tobytes())),
    "a decrypted value": ("a decrypted value", DECRYPTED[9:11].tobytes()),
    "a decrypted value as float32": ("a decrypted value", DECRYPTED[8:12].astype("<f4").tobytes()),
    "a piece of the key as it is written": ("the secret key", WRITTEN[777:820]),
    "the key as hexadecimal text": ("the secret key", WRITTEN.hex().encode()),
    "the key as base64 text": ("the secret key", base64.b64encode(WRITTEN)),
    "coefficients as int8": ("coefficients as int8", SECRET[60:180].tobytes()),
    "coefficients as residues": ("coefficients as residues", residues()),
    "coefficients as a list": ("coefficients as text", str(SECRET.tolist()).encode()),
    "coefficients as a table": ("coefficients as text", "\n".join(f"{c}.0" for c in SECRET).encode()),
}
for _kind in ("<i2", "<i4", "<i8", ">i8", "<f4", "<f8"):
    FORMS[f"coefficients as {_kind}"] = ("coefficients as ", SECRET.astype(_kind).tobytes())


def test_the_coefficients_come_back_from_what_a_library_writes() -> None:
    assert (coefficients(WRITTEN, N, [MODULUS]) == SECRET).all()
    assert (coefficients(b"odd" + WRITTEN, N) == SECRET).all()
    with pytest.raises(ValueError, match="no ternary polynomial"):
        coefficients(RANDOM.bytes(N * 9), N, [MODULUS])


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_found_wherever_it_begins(form: str, sought: Sought) -> None:
    name, content = FORMS[form]
    for before in (0, 4091):
        found = sought.found(RANDOM.bytes(before) + content + RANDOM.bytes(100))
        assert any(name in one for one in found), (before, found)


def test_nothing_is_found_where_nothing_is(sought: Sought) -> None:
    other = RANDOM.integers(-1, 2, 4 * N).astype(np.int8)
    for content in (
        RANDOM.bytes(1 << 18),
        bytes(1 << 16),
        b"\1" * 4096,
        other.tobytes(),
        other.astype("<i8").tobytes(),
        RANDOM.integers(0, MODULUS, 1 << 14).astype("<u8").tobytes(),
        RANDOM.normal(size=1 << 14).tobytes(),
        json.dumps(RANDOM.normal(size=2000).tolist()).encode(),
        WRITTEN[:20],
    ):
        assert sought.found(content) == set()
    assert sought.found(DECRYPTED.tobytes(), released=True) == set()


#: How a file may hold what is planted.
FILES: dict[str, Callable[[Path, np.ndarray], object]] = {
    "results/run/cell/evaluator.log": lambda path, values: path.write_bytes(b"said " + values.tobytes()),
    "results/run/records.jsonl": lambda path, values: path.write_text(json.dumps({"x": values.tolist()})),
    "results/run/cell.npz": lambda path, values: np.savez_compressed(path, logits=values),
    "results/.journal/1/session/evaluator/checkpoint-1/state.json": lambda path, values: path.write_text(
        values.tobytes().hex()
    ),
    "results/run/.parties-host/key_owner/samples.npy": lambda path, values: np.save(path, values),
    "tmp/packed.gz": lambda path, values: path.write_bytes(gzip.compress(values.tobytes())),
    "cache/packed": lambda path, values: path.write_bytes(zlib.compress(values.tobytes())),
    "core": lambda path, values: path.write_bytes(bytes(4099) + values.tobytes() + bytes(99)),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_found_in_every_kind_of_file(name: str, sought: Sought, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    FILES[name](path, RANDOM.normal(size=(3, 8)))
    assert sought.in_file(path) == []
    FILES[name](path, SAMPLES)
    assert any("a sample" in line for line in sought.in_file(path))
    decrypted = sought.in_file(_written_with(path, name, DECRYPTED))
    assert bool(decrypted) == (path.suffix != ".npz")  # where raw outputs are


def _written_with(path: Path, name: str, values: np.ndarray) -> Path:
    FILES[name](path, values)
    return path


#: A careless process: what it reads from its input stands in its memory, a variable, a name, open files.
CARELESS = """
import os, sys, tempfile
kept = bytearray(sys.stdin.buffer.read())
if len(sys.argv) == 1:
    hexadecimal = kept.hex()
    os.execve(sys.executable, [sys.executable, *{again!r}, hexadecimal], dict(os.environ, SAMPLE=hexadecimal))
kept = bytearray(bytes.fromhex(sys.argv[1]))
folder = tempfile.mkdtemp()
os.chmod(folder, 0o755)
os.chdir(folder)
open("left", "wb").write(kept)
shared = open("gone", "w+b")
shared.write(kept)
shared.flush()
os.unlink("gone")
print("ready", flush=True)
sys.stdin.close()
os.read(int(os.environ["HELD"]), 1)
"""


def test_a_process_that_hides_nothing_is_seen_through_by_the_same_user(
    sought: Sought, tmp_path: Path
) -> None:
    """In its arguments, environment, memory, folder and a file without a name."""
    script = tmp_path / "careless.py"
    script.write_text(CARELESS.format(again=[str(script)]))
    held, hold = os.pipe()
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[held],
        preexec_fn=onlooker.give_up_rights,
        env={**os.environ, "TMPDIR": str(tmp_path), "HELD": str(held)},
    ) as careless:
        assert careless.stdin is not None
        assert careless.stdout is not None
        careless.stdin.write(SAMPLES[0].tobytes())
        careless.stdin.close()
        assert careless.stdout.readline() == b"ready\n"
        try:
            seen = onlooker.look([careless.pid], [], sought, other=False)
            found = "\n".join(seen.found)
            for place in ("cmdline", "environ", "mem", "cwd", "left", "gone"):
                assert place in found, (place, found)
            assert f"/proc/{careless.pid}/mem" in seen.opened
            by_superuser = {name for content in memory(careless.pid) for name in sought.found(content)}
            assert any("a sample" in name for name in by_superuser)
            if os.geteuid() == 0:  # another user sees its arguments and no more
                tmp_path.chmod(0o700)
                seen = onlooker.look([careless.pid], [tmp_path], sought, other=True)
                assert seen.opened == []
                assert {line.partition(":")[0] for line in seen.found} == {f"/proc/{careless.pid}/cmdline"}
        finally:
            os.write(hold, b".")
    os.close(held)
    os.close(hold)


@pytest.mark.skipif(os.geteuid() != 0, reason="it takes the superuser to be another user")
def test_another_user_finds_what_lies_open_to_all(sought: Sought, tmp_path: Path) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "open").write_bytes(SAMPLES.tobytes())
    (tmp_path / "closed").write_bytes(SAMPLES.tobytes())
    (tmp_path / "closed").chmod(0o600)
    found = "\n".join(onlooker.look([], [tmp_path], sought, other=True).found)
    assert "/open holds" in found
    assert "/closed holds" not in found
