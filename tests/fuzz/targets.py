"""Every parser of what comes from outside, with samples of what it reads and errors that it may end with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backends import registry
from backends.errors import BackendError
from backends.parameters import ParameterSet
from bench.environments import declaration
from bench.errors import UserError
from bench.parties.codec import Message, decode, encode
from bench.parties.errors import MessageError
from bench.spec.rules import load_rules
from bench.spec.suite import CHECKPOINTS, load_suite
from models import ablation, recipe
from models.checkpoint import load_graph
from models.errors import ModelError
from reports import lines
from reports.errors import ReportError
from tests.bench.parties.test_codec import MESSAGES
from tests.reports.html.records import made

ROOT = Path(__file__).resolve().parents[2]
#: What one sentence of the command line is made of.
FORESEEN = (UserError, BackendError, ModelError, ReportError, MessageError)


@dataclass(frozen=True)
class Target:
    """A parser.

    Attributes:
        name: of what it reads.
        samples: whole inputs, from which the damaged ones are made.
        parse: reads one from a file that may lie in a folder of its own; raises nothing but `FORESEEN`.
        suffix: how the file is called.
    """

    name: str
    samples: Sequence[bytes]
    parse: Callable[[Path], object]
    suffix: str = ".yaml"


def _files(*patterns: str) -> list[bytes]:
    return [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def _checkpoint_header(path: Path) -> object:
    """A header beside arrays that are whole."""
    arrays = path.with_name("polynomial.safetensors")
    if not arrays.exists():
        arrays.write_bytes((CHECKPOINTS / "vit_tiny" / "polynomial.safetensors").read_bytes())
    path.replace(path.with_name("polynomial.json"))
    return load_graph(path.parent, "polynomial")


def _checkpoint_arrays(path: Path) -> object:
    """Arrays under a header with the digest of just these, as of one who means harm."""
    payload = path.read_bytes()
    header = json.loads((CHECKPOINTS / "vit_tiny" / "polynomial.json").read_text())
    header["arrays_sha256"] = hashlib.sha256(payload).hexdigest()
    path.with_name("polynomial.json").write_text(json.dumps(header))
    path.replace(path.with_name("polynomial.safetensors"))
    return load_graph(path.parent, "polynomial")


def _parameters(path: Path) -> object:
    return ParameterSet.named(path.read_bytes().decode(errors="replace"))


def _record(path: Path) -> object:
    return lines.decode(path.read_bytes())


def _message(path: Path) -> object:
    return decode(Message, path.read_bytes().decode(errors="replace"))


def _declaration(path: Path) -> object:
    """Beside the script that one of them names."""
    for script in ("build_wheel.py", "hexl/build_wheel.py"):
        (path.parent / script).parent.mkdir(exist_ok=True)
        (path.parent / script).touch()
    return declaration.load(path)


VIT_TINY = CHECKPOINTS / "vit_tiny"
NAME = b"n16_first51_scale47_depth24_digits4_bootstrap3-3c4d16_sparse_encapsulated"
HEADER, ARRAYS = (
    (VIT_TINY / "polynomial.json").read_bytes(),
    (VIT_TINY / "polynomial.safetensors").read_bytes(),
)
RECORD = lines.encode(lines.Line(made(), "raw.npz", "0" * 64)).encode()

TARGETS = (
    Target("suite", _files("suites/*.yaml"), lambda path: load_suite(str(path), list(registry.available()))),
    Target("recipe", _files("models/recipes/*.yaml"), recipe.load),
    Target("ablation", _files("suites/ablations/*.yaml"), ablation.load),
    Target("rules", _files("suites/rules/*.yaml"), load_rules),
    Target("declaration", _files("backends/*/environment.yaml"), _declaration),
    Target("checkpoint header", [HEADER], _checkpoint_header, ".json"),
    Target("checkpoint arrays", [ARRAYS], _checkpoint_arrays, ".safetensors"),
    Target("parameter set's name", [NAME], _parameters, ".txt"),
    Target("record", [RECORD], _record, ".jsonl"),
    Target("message", [encode(message).encode() for message in MESSAGES], _message, ".jsonl"),
)
