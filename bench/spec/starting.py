"""The files with which a benchmark of one's own begins, as commented as a first one has to be."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from bench.errors import UserError
from bench.spec.schemas import comment
from bench.spec.suite import CHECKPOINTS, named_from
from bench.spec.typed import typed
from models.checkpoint import ladder
from models.data.catalogue import DATA_SETS
from models.data.literals import Patches
from models.data.own import OwnData
from models.errors import ModelError
from models.huggingface.outline import Outline, outline
from models.names import did_you_mean

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

_SUITE = """\
{schema}
# What to run: cases, each a model on held-out samples, at parameter sets, on libraries.
# `{validate}` checks it, `{plan}` says what it will take, `{run}` runs it.
suite: {name}
title: one line for readers
security: 128   # demanded of every set; one that says `security: 0` may be a toy ring, and is marked INSECURE
samples: 16     # held-out samples that a cell encrypts
repeats: 1      # evaluations of a cell, the first of them cold
rounds: 1       # fresh processes of a cell; ten or so tell two libraries' times apart
threads: 1      # of the evaluator
cases:
{cases}
parameter_sets:
  # Interactive: where levels run out, the key owner decrypts and encrypts again. Every library can do it.
  - alias: shared14
    log_n: 14               # N = 2^14: half as many slots; a larger ring allows more levels, and takes longer
    first_modulus_bits: 48  # bounds what is decrypted: 8 bits more than the scale hold values up to about 128
    scale_bits: 40          # precision
    depth: 8                # levels, of which each multiplication takes one
    digits: 9               # of a key switch; depth + 1 is one special prime, as the libraries on SEAL need
    refresh: round_trip
    backends: [openfhe, tenseal, pyfhel]
  # Non-interactive: bootstraps, on OpenFHE. It takes about 17 GB of memory, and minutes to an hour.
  # - alias: bootstrap
  #   log_n: 16
  #   first_modulus_bits: 51
  #   scale_bits: 47
  #   depth: 24
  #   digits: 4
  #   secret: sparse_encapsulated
  #   bootstrap: {{level_budget: [3, 3], correction_factor: 4, depth: 16}}
  #   refresh: bootstrap
  #   program: complex
  #   backends: [openfhe]
limits:
  seconds: 3600             # a cell that takes longer is ended
  memory_bytes: 16000000000 # of all its processes together
  precision_bits: 8         # a cell with fewer bits fails
"""
_CHECKPOINT = """\
  - name: model
    model: {model}  # a checkpoint: a name of `bench list models`, or a folder relative to this file
    data: {data}  # a name of `bench list data`, or your own files, as docs/suites.md says
"""
_LAYER = """\
  # A linear map as wide as your model, with drawn weights: it runs before anything is converted.
  - {{name: width, layer: {{kind: linear, tokens: 16, features: {width}}}}}
  # The model itself, once `{convert}` has made it:
  # - {{name: model, model: {checkpoint}, data: {data}}}
"""
_RECIPE = """\
{schema}
# How {original} becomes polynomial without training: softmax, LayerNorm and activations are approximated on
# the ranges that samples show. `{inspect}` says what this and the ways with training cost.
name: {name}
title: one line for readers
data: {data}  # {own}
preparation: {preparation}
validation: {validation}
original: {original}  # relative to this file
embedding: {embedding}
conversion:
  depth_budget: {{depth: 5, error: 0.01}}  # levels that an activation may take, and the error that is enough
  margin: 1.5                            # intervals are so many times what the samples show
  value_size: 1.0
  by_place: true
  layer_norm: {{error: 0.02, margin: 2.0}}
  softmax: {softmax}  # levels of exp and of 1/x, and which sums of a row 1/x is for
calibration: 768  # samples whose ranges set the intervals
"""
#: Rows of a language model differ more than those of an encoder, whose tokens all see the same keys.
_SOFTMAX = {
    False: "{exponential: 5, division: 6, sums: 600, margin: 3.0}",
    True: "{exponential: 5, division: 7, sums: 6000, margin: 6.0}",
}
_OR_OWN = "a name of `bench list data`, or your own: "
_OWN_ROWS = f"{_OR_OWN}{{kind: table, training: a.tsv, held_out: b.tsv, text: sentence, label: label}}"
_OWN_TEXT = f"{_OR_OWN}{{kind: text, training: a.txt}}, and validation: {{fraction: 0.1}}"
_OWN_IMAGES = "put in folders that hold one folder for each class or, without labels, the images themselves"
_OWN: TypeAdapter[OwnData] = TypeAdapter(OwnData)
#: Pixels a side of the images of `cifar10`, which are averaged for a model of so many parts of them.
_CIFAR = 32


@dataclass(frozen=True)
class _Data:
    """What data an architecture's first recipe names, and how they are prepared."""

    name: str
    own: str
    preparation: str
    validation: str


def started(name: str, folder: Path, model: str | None, data: str | None) -> dict[Path, str]:
    """The files of a benchmark of one's own, by where they go.

    Args:
        name: of the suite, and of its file.
        folder: where they go.
        model: a checkpoint by its name or folder, or a folder that Hugging Face's `save_pretrained` wrote.
            None for the smallest that is shipped, to be replaced.
        data: the data set of a checkpoint; None for that of its recipe, or digits.

    Raises:
        UserError: the name is none, or the model is neither.
    """
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is no name of a suite; write letters, digits, - and _, 64 at most")
    if data is not None and data not in DATA_SETS:
        raise UserError(f"no data set is called {data!r}{did_you_mean(data, DATA_SETS)}")
    path = folder / f"{name}.yaml"
    place = Path(model or "vit_tiny")
    if (place / "config.json").is_file():
        return _of_hugging_face(name, path, place)
    named = _checkpoint(place, folder)
    cases = _CHECKPOINT.format(model=named, data=data or _of_recipe(place))
    return {path: _suite(name, path, cases)}


def _suite(name: str, path: Path, cases: str) -> str:
    schema = comment("suite", path.parent)
    commands = {one: typed(one, path) for one in ("validate", "plan", "run")}
    return _SUITE.format(schema=schema, name=name, cases=cases.rstrip("\n"), **commands)


def _checkpoint(place: Path, folder: Path) -> str:
    """A checkpoint as a suite in a folder names it."""
    if (place / "polynomial.json").is_file():
        return _quoted(named_from(folder, place))
    if place.name != str(place) or not (CHECKPOINTS / place).is_dir():
        known = sorted(one.name for one in CHECKPOINTS.glob("*") if one.is_dir())
        raise UserError(
            f"{place} is no checkpoint and no folder with a config.json{did_you_mean(str(place), known)}"
        )
    return str(place)


def _of_recipe(place: Path) -> str:
    """The data of the recipe that made a checkpoint, as a suite has them; digits where none is known."""
    held = place if (place / "polynomial.json").is_file() else CHECKPOINTS / place
    try:
        found = ladder(held)["recipe"]["data"]
        if isinstance(found, dict):
            return _flow(_OWN.validate_python(found))
    except (ModelError, ValueError, KeyError, TypeError):
        return "digits"
    return str(found) if found in DATA_SETS else "digits"


def _of_hugging_face(name: str, path: Path, original: Path) -> dict[Path, str]:
    read = outline(original)
    found = _data(read)
    recipe, checkpoint = path.with_name(f"{name}_recipe.yaml"), f"{name}_polynomial"
    cases = _LAYER.format(
        width=_width(read),
        convert=typed("convert", recipe, "--output", path.with_name(checkpoint)),
        checkpoint=checkpoint,
        data=found.name,
    )
    text = _RECIPE.format(
        schema=comment("recipe", path.parent),
        inspect=typed("inspect", original),
        original=_quoted(os.path.relpath(original.resolve(), path.parent.resolve())),
        name=checkpoint,
        data=found.name,
        own=found.own,
        preparation=found.preparation,
        validation=found.validation,
        embedding="client" if read.images is None else "server",
        softmax=_SOFTMAX[read.architecture.kind == "gpt"],
    )
    return {path: _suite(name, path, cases), recipe: text}


def _width(read: Outline) -> int:
    """Features of a token in the first block."""
    first = read.architecture.model_dump()
    dim = first.get("dim", read.data.features)
    return int(dim[0] if isinstance(dim, (list, tuple)) else dim)


def _data(read: Outline) -> _Data:
    if read.architecture.kind == "gpt":
        context = min(read.data.tokens, 64)
        return _Data("wikitext2", _OWN_TEXT, f"{{kind: tokens, context: {context}}}", "{split: true}")
    if read.architecture.kind == "bert":
        context = min(read.data.tokens, 32)
        return _Data("sst2", _OWN_ROWS, f"{{kind: tokens, context: {context}}}", "{split: true}")
    if read.images is None or read.images.folders is None:
        raise UserError(f"{read.name} takes no images of 1 or 3 channels; write its recipe by hand")
    patches, folders = read.images.patches, _flow(read.images.folders)
    fits = _CIFAR % patches.size == 0 and read.images.folders.channels == 3
    data, own = ("cifar10", f"{_OR_OWN}{folders}") if fits else (folders, _OWN_IMAGES)
    return _Data(data, own, _flow(patches), "{per_class: 100}")


def _flow(literal: Patches | OwnData) -> str:
    """A literal in one line of YAML, without what is so anyway."""
    entries = {"kind": literal.kind, **literal.model_dump(mode="json", exclude_defaults=True)}
    return _in_a_line(entries)


def _in_a_line(entries: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(entries), default_flow_style=True, sort_keys=False, width=1000).strip()


def _quoted(text: str) -> str:
    """A path as YAML takes it whatever it holds."""
    return text if re.fullmatch(r"[\w./-]+", text) else json.dumps(text, ensure_ascii=False)
