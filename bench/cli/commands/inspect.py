"""`bench inspect`: what a model is, and what each way to a polynomial would cost; no weights, no data."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError

from bench.cli.commands.options import BUILD, DEGREE, FROM, THREADS, TOKENS_OF_TEXT
from bench.cli.examples import examples
from bench.cli.refused import records_of
from bench.cli.screen import Screen
from bench.cli.tables import table
from bench.errors import UserError
from bench.run.inspection import PARAMETERS, Cost, Sizes, bootstrapping, costs, sizes, unpriced
from models.architectures.registry import Architecture
from models.architectures.shapes import DataShape
from models.huggingface.outline import Outline, outline
from models.sketches.routes import ROUTES, Assumed, Model
from reports.figures import seconds, size
from reports.record import Record

#: Architectures whose tokens are words, which the key owner embeds.
TEXT = ("bert", "gpt")
#: Tokens of a text where nobody says how many, if the model has as many positions.
TOKENS = 128
#: Weights from which ways are planned side by side, which takes a second to begin, and how many at once: of
#: a model of 86 million each takes one to two gigabytes.
LARGE, PROCESSES = 20_000_000, 2
_DATA = ("tokens", "features", "vocabulary", "classes")


@click.command(
    epilog=examples(
        "bench inspect my_model --tokens 64",
        "bench inspect bert:dim=384,heads=12,blocks=6,mlp_ratio=4,vocabulary=30522,tokens=32,classes=2",
        "bench inspect vit:dim=32,heads=4,blocks=2,mlp_ratio=2,tokens=16,features=4,classes=10",
    )
)
@click.argument("target")
@TOKENS_OF_TEXT
@THREADS
@DEGREE
@FROM
@BUILD
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def inspect(
    target: str,
    tokens: int | None,
    threads: int,
    degree: int | None,
    results: Path | None,
    build: str | None,
    as_json: bool,
) -> int:
    """Say what TARGET is and what each way to a polynomial would cost; nothing is trained or encrypted.

    TARGET is a folder that Hugging Face's `save_pretrained` wrote, or a shape: a kind of architecture (vit,
    swin, gpt, bert or mlp) with the keys of a recipe, and the sizes of its data.

    Exit status: 1 where no way can be priced.
    """
    known = records_of(results, build)
    return tell(target, tokens=tokens, threads=threads, degree=degree, records=known, as_json=as_json)


def names_model(target: str) -> bool:
    """Whether a text names a folder of a model or a shape, and not a suite."""
    return (Path(target) / "config.json").is_file() or (":" in target and "=" in target)


def tell(
    target: str,
    *,
    tokens: int | None,
    threads: int,
    degree: int | None,
    records: Sequence[Record],
    as_json: bool,
) -> int:
    """Print what a folder or a shape is, and what it costs; 1 where no way can be planned."""
    degree = Assumed.degree if degree is None else degree
    if degree % 2:
        raise UserError(f"--degree is {degree}; give an even one")
    read = None if not Path(target).is_dir() else outline(Path(target))
    architecture, data = (read.architecture, read.data) if read is not None else shape_of(target)
    text = architecture.kind in TEXT
    if text and (read is not None or tokens is not None):
        if read is not None and tokens is not None and tokens > data.tokens:
            raise UserError(f"--tokens is {tokens}, and the model has {data.tokens} positions; give fewer")
        data = replace(data, tokens=tokens or min(data.tokens, TOKENS))
    elif tokens is not None:
        raise UserError(f"a {architecture.kind} has as many tokens as its images; leave out --tokens")
    model = Model(
        read.name if read is not None else target.partition(":")[0],
        architecture,
        data,
        client_embedding=text,
        client_head=architecture.kind == "gpt",
        activation="gelu" if read is None else read.activation,
    )
    found = sizes(model)
    if read is not None and read.parameters is not None:
        found = replace(found, parameters=read.parameters)
    assumed, screen = Assumed(degree=degree), Screen()
    processes = min(PROCESSES, os.cpu_count() or 1) if found.parameters > LARGE else 1
    if as_json:
        told = list(costs(model, assumed, threads, processes, records))
        screen.document(json.dumps(_document(read, model, found, assumed, told), indent=1) + "\n")
    else:
        screen.print(table(f"{model.name}: what it is", [("", _described(read, model, found))]))
        told = []
        if (reason := unpriced(model)) is not None:
            screen.say(f"no way is priced: {reason}")
            return 1
        for cost in costs(model, assumed, threads, processes, records):
            told.append(cost)
            route = ROUTES[cost.route]
            title = f"{route.title}, on {cost.backend}"
            screen.print(table(title, [(route.assumes(assumed), _column(cost))]))
        for line in _notes(model):
            screen.say(line)
    return int(not told or all(cost.reason is not None for cost in told))


def shape_of(target: str) -> tuple[Architecture, DataShape]:
    """The architecture and the sizes of the data that a text gives.

    Raises:
        UserError: it is no shape, or lacks a size.
    """
    kind, colon, rest = target.partition(":")
    pairs = [part.partition("=") for part in rest.split(",")]
    if not colon or not all(equals for _, equals, _ in pairs):
        raise UserError(
            f"{target} is no folder and no shape; name a folder with a config.json, or write "
            "KIND:KEY=VALUE,… with the keys of a recipe's architecture, and tokens, classes, and vocabulary "
            "or features"
        )
    entries = {key.strip(): value.strip() for key, _, value in pairs}
    shape = {
        key: value.split("/") if "/" in value else value for key, value in entries.items() if key not in _DATA
    }
    try:
        parsed: Architecture = TypeAdapter(Architecture).validate_python({"kind": kind, **shape})
        numbers = {key: int(entries[key]) for key in _DATA if key in entries}
    except (ValidationError, ValueError) as error:
        faults = error.errors() if isinstance(error, ValidationError) else []
        said = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults) or str(
            error
        )
        raise UserError(f"{target} is no shape ({said}); write it as a recipe has it") from error
    features = numbers.get("vocabulary", numbers.get("features"))
    if features is None or min(numbers.values()) < 1:
        raise UserError(f"{target} lacks a size; add vocabulary of a text or features of a token, 1 or more")
    classes = numbers.get("classes", features if kind == "gpt" else 2)
    return parsed, DataShape(numbers.get("tokens", TOKENS), features, classes)


def _described(read: Outline | None, model: Model, found: Sizes) -> Mapping[str, str]:
    told = {} if read is None else {"family": read.family, "task": read.task}
    features = "vocabulary" if model.architecture.kind in TEXT else "features of a token"
    said = {
        **told,
        "architecture": model.architecture.kind,
        "layers": str(found.blocks),
        "width": str(found.width),
        "heads": ", ".join(map(str, found.heads)),
        "hidden features of an MLP": str(found.hidden),
        features: str(found.features),
        "tokens": str(found.tokens),
        "outputs of a position": str(found.classes),
        "parameters": f"{found.parameters:,}",
        "not polynomial": ", ".join(f"{often} {name}" for name, often in found.not_polynomial.items()),
    }
    return {name: value for name, value in said.items() if value not in ("", "0")}  # no perceptron has heads


def _column(cost: Cost) -> Mapping[str, str]:
    if cost.planned is None or cost.prediction is None:
        return {"cannot": str(cost.reason)}
    planned, told = cost.planned, cost.prediction
    layout, counted = planned.layout, planned.counts
    names = ("bootstraps", "rotations", "ct_ct", "ct_pt", "relinearisations", "rescales", "conjugations")
    return {
        "serves": ROUTES[cost.route].serves,
        "samples of a batch": str(layout.samples),
        "features × images × tokens": f"{layout.features} × {layout.images} × {layout.tokens}",
        "levels used": str(planned.levels_used),
        **{name.replace("_", "·"): f"{counted[name]:,}" for name in names},
        "rotation keys": str(planned.rotation_keys),
        "keys": size(told.needs.keys_bytes),
        "memory, evaluator": size(told.evaluator_bytes),
        "memory, key owner": size(told.needs.key_owner_bytes),
        "constants": size(told.needs.constants_bytes),
        "evaluate": seconds(told.seconds["evaluate_s"]),
        "wall time": seconds(told.wall_s),
        "seconds are": cost.seconds_are,
    }


def _notes(model: Model) -> list[str]:
    notes = [
        f"at {PARAMETERS.name}, 128 bits, for one batch; seconds and memory are predicted; weights are drawn",
        "of blocks of which the same is decided, two are recorded and counted as often as they stand",
    ]
    notes += [f"not on {name}: {reason}" for name, reason in bootstrapping()[1].items()]
    if model.client_embedding:
        notes.append("the key owner looks the embedding up, and the context is full: no padding is priced")
    if model.client_head:
        notes.append("the key owner applies the head, whose table it holds as the embedding")
    return notes


def _document(
    read: Outline | None, model: Model, found: Sizes, assumed: Assumed, told: list[Cost]
) -> dict[str, object]:
    return {
        "name": model.name,
        "family": None if read is None else read.family,
        "task": None if read is None else read.task,
        "architecture": model.architecture.model_dump(mode="json"),
        "sizes": asdict(found),
        "assumed": asdict(assumed),
        "client_embedding": model.client_embedding,
        "client_head": model.client_head,
        "ways": [cost.numbers() for cost in told],
    }
