"""Parsers of what a run, a gate or an ablation left: records, baselines, histories, journals, figures."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from bench.cli.ablation_table import table
from bench.parties import digested
from bench.parties.wire import Crossed
from bench.run.exchanges import Computed
from bench.run.journal import CellJournal, journal
from bench.run.kept_session import REACHED, Reached
from bench.run.prediction import figures, noise
from models import ablation
from reports import lines
from reports.baseline import read_records
from reports.export import to_json
from reports.gate.sides import side
from reports.history import append, entry, load
from reports.store import Run, Stored, load_run, read_raw
from tests.bench.kept import a_record
from tests.bench.run.test_journal import FIGURES
from tests.fuzz.target import Target, among, content, files
from tests.models.test_recorded_runs import FOUND
from tests.reports.html.records import made

CELL, BATCH = "toy/digits/cleartext/set/0123", "0.0-4"


def _made(make: Callable[[Path], object]) -> dict[str, bytes]:
    """The files that something leaves in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return content(Path(folder))


def _history(path: Path) -> None:
    candidate = side([Stored(a_record(), None, None)])
    for passed in (True, False):
        append(
            path / "history.jsonl",
            entry(candidate, passed=passed, at=datetime(2026, 11, 1, tzinfo=timezone.utc)),
        )


def _journalled(folder: Path) -> None:
    probes = {"blocks.0.mlp": np.full((2, 4), 0.5)}
    computed = Computed(np.ones((1, 4)), FIGURES, 0.25, 100, probes, Crossed(1, 2, 3), "keys")
    CellJournal(folder).keep(BATCH, computed)


def _batch(folder: Path) -> object:
    """A batch of a journal, in a form that compares."""
    found = CellJournal(folder).find(BATCH)
    if found is None:
        return None
    arrays = {name: (one.dtype, one.shape, one.tobytes()) for name, one in found.probes.items()}
    outputs = (found.outputs.dtype, found.outputs.shape, found.outputs.tobytes())
    return outputs, arrays, found.figures, found.decrypt_s, found.out_bytes, found.crossed, found.keys


def _key_of_a_journal(path: Path) -> object:
    """A journal under the key that the file holds: taken up, or begun anew."""
    folder = path.parent / ".journal" / hashlib.sha256(CELL.encode()).hexdigest()[:32]
    folder.mkdir(parents=True)
    path.rename(folder / "key")
    with journal(path.parent, CELL, "key", fresh=False) as found:
        return found is not None


def _arrays_of_a_journal(path: Path) -> object:
    """Arrays under an entry with the digest of just these, as of one who means harm."""
    payload = path.read_bytes()
    path.rename(path.with_name(f"{BATCH}.npz"))
    _, _, line = JOURNAL[f"{BATCH}.json"].decode().partition(" ")
    said = json.loads(line)
    said["arrays"] |= {"sha256": hashlib.sha256(payload).hexdigest(), "size_bytes": len(payload)}
    line = json.dumps(said)
    path.with_name(f"{BATCH}.json").write_text(f"{hashlib.sha256(line.encode()).hexdigest()} {line}")
    return _batch(path.parent)


def _run(folder: Path) -> object:
    """The records of a run with their raw outputs; None where one is refused."""
    loaded = load_run(folder / "run")
    if loaded.refused:
        return None
    found = [
        (one.record, {name: (array.shape, array.tobytes()) for name, array in read_raw(one).items()})
        for one in loaded.stored
    ]
    return [one for number, one in enumerate(found) if one not in found[:number]] or None


def _table(path: Path) -> object:
    return table(ablation.read(path), ablation.RUNGS)


def _of_history(path: Path) -> object:
    return load(path).entries or None


def _kept(folder: Path) -> None:
    (folder / "run").mkdir()
    record = a_record(run_id="run")
    Run(folder / "run").append(record, {"logits": np.arange(8.0).reshape(2, 4)})


KEPT = _made(_kept)
RECORDS, RAW = sorted(KEPT, reverse=True)
JOURNAL = _made(_journalled)
REACHED_SO_FAR = _made(
    lambda folder: digested.write(folder / REACHED, Reached("0", 7, Crossed(1, 2, 3), 4.5))
)
ROWS = b"".join(
    json.dumps({"ablation": "degree", "variant": "a", "seed": seed, "key": f"{seed:064d}", **said}).encode()
    + b"\n"
    for seed, said in enumerate((FOUND, {"status": "failed", "reason": "it diverged"}, FOUND))
)

TARGETS = (
    Target(
        "record",
        [lines.encode(lines.Line(made(), "raw.npz", "0" * 64)).encode()],
        lambda path: lines.decode(path.read_bytes()),
        ".jsonl",
        digested=True,
    ),
    Target("records of a run", [KEPT[RECORDS]], among(KEPT, RECORDS, _run), ".jsonl", digested=True),
    Target("raw outputs of a record", [KEPT[RAW]], among(KEPT, RAW, _run), ".npz", digested=True),
    Target("baseline", [to_json([made(), made(case="other")]).encode()], read_records, ".json"),
    Target("history", [_made(_history)["history.jsonl"]], _of_history, ".jsonl"),
    Target("runs of an ablation", [ROWS], _table, ".jsonl"),
    Target(
        "batch in a journal",
        [JOURNAL[f"{BATCH}.json"]],
        among(JOURNAL, f"{BATCH}.json", _batch),
        ".json",
        digested=True,
    ),
    Target(
        "arrays in a journal",
        [JOURNAL[f"{BATCH}.npz"]],
        among(JOURNAL, f"{BATCH}.npz", _batch),
        ".npz",
        digested=True,
    ),
    Target("arrays of one's own in a journal", [JOURNAL[f"{BATCH}.npz"]], _arrays_of_a_journal, ".npz"),
    Target("key of a journal", [b"key"], _key_of_a_journal, ".txt"),
    Target(
        "how far an evaluation was kept",
        list(REACHED_SO_FAR.values()),
        lambda path: digested.read(Reached, path),
        ".json",
        digested=True,
    ),
    Target("times that are shipped", files("backends/seal_python/times.json"), figures.Figures.read, ".json"),
    Target("noise that is shipped", files("backends/openfhe/noise.json"), noise.Figures.shipped, ".json"),
)
