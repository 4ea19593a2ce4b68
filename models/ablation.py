"""Ablations: variants of one recipe, each trained from several seeds, each run recorded.

A file names a recipe and variants of it, each a few entries that differ:

ablation: length_scaling
title: one line
recipe: vit_tiny
seeds: 10
variants:
  after: {}
  none: {he_friendly: {length_scaling: none}}

Runs go to one line each of `<folder>/<ablation>.jsonl`; a run that stands there is not made again. What
variants share, the original model for one, is trained once: the work folder knows it by what it depends on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from models import pipeline, recipe, regular_files
from models.checkpoint import RUNGS as CHECKPOINT_RUNGS
from models.documents.reading import read as read_document
from models.documents.schema import validated
from models.errors import DivergenceError, ModelError
from models.ladder import TOLD
from models.probing import COSINE
from models.recipe import Recipe
from models.training.settings import MOST_SEEDS, Settings

MOST_VARIANTS = 100
#: Rungs of an ablation's rows, those that every recipe has.
RUNGS = tuple(rung for rung in TOLD if rung != "tightened")

#: What a run found, or why it found nothing; in a file beside what names the run.
Row = dict[str, Any]


class Ablation(Settings):
    """An ablation's file.

    Attributes:
        ablation: its name.
        title: what it asks, in one line.
        recipe: a recipe's path, relative to the file.
        seeds: every variant is trained from seeds 0 to this, exclusively.
        variants: name → entries of the recipe that differ, nested as there.
    """

    ablation: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)
    title: str = Field(max_length=500)
    recipe: str
    seeds: int = Field(gt=0, le=MOST_SEEDS)
    variants: dict[str, dict[str, Any] | None] = Field(min_length=1, max_length=MOST_VARIANTS)


def load(path: Path) -> Ablation:
    """Read and validate an ablation.

    Raises:
        ModelError: file, line and what is wrong there; or the file is missing or no YAML.
    """
    return validated(read_document(path, ModelError), Ablation)


@dataclass(frozen=True)
class Run:
    """A variant that is trained from a seed.

    Attributes:
        ablation: the ablation's name.
        variant: the variant's.
        seed: the seed.
        recipe: what is made.
    """

    ablation: str
    variant: str
    seed: int
    recipe: Recipe

    @cached_property
    def key(self) -> str:
        """What the run depends on, by which it is known again."""
        return self.recipe.digest(*Recipe.model_fields)

    def row(self, found: Row) -> Row:
        """What is recorded of it."""
        named = {"ablation": self.ablation, "variant": self.variant, "seed": self.seed, "key": self.key}
        return {**named, **found}


class _Recorded(BaseModel):
    """What every line of recorded runs says, and its readers rely on."""

    model_config = ConfigDict(strict=True)

    ablation: str
    variant: str
    seed: int
    key: str


class _Failed(_Recorded):
    status: Literal["failed"]
    reason: str


class _Made(_Recorded):
    status: Literal["ok"]
    metric: str
    held_out: dict[str, dict[str, FiniteFloat | None]]
    largest_activation: FiniteFloat
    variance_ratio: FiniteFloat | None


_RECORDED: TypeAdapter[_Failed | _Made] = TypeAdapter(
    Annotated[_Failed | _Made, Field(discriminator="status")]
)

#: Makes runs, and gives what each found as it ends.
Makes = Callable[[Sequence[Run]], Iterator[tuple[Run, Row]]]


def run(
    path: Path, folder: Path, work_folder: Path, report: pipeline.Report, makes: Makes | None = None
) -> list[Row]:
    """Make every run that is not recorded yet.

    Args:
        path: the ablation's file.
        folder: where its runs are recorded.
        work_folder: where unfinished work is kept.
        report: takes one line of progress at a time.
        makes: how they are made; one after the other in this process without it.

    Returns:
        All runs, variant by variant; of one that diverged the reason stands in place of its figures.

    Raises:
        ModelError: the file or a variant is wrong, data or torch are absent, or a rung differs from what it
            was made from.
    """
    asked = runs(path)
    folder.mkdir(parents=True, exist_ok=True)
    recorded = folder / f"{asked[0].ablation}.jsonl"
    known = {row["key"]: row for row in read(recorded)}
    missing = {one.key: one for one in reversed(asked) if one.key not in known}  # of equal ones the first
    makes = makes or partial(_made_here, work_folder=work_folder, report=report)
    for one, found in makes([one for one in asked if missing.get(one.key) is one]):
        known[one.key] = one.row(found)
        record(recorded, known[one.key])
    return [known[one.key] for one in asked]


def runs(path: Path) -> list[Run]:
    """The runs of an ablation, variant by variant.

    Raises:
        ModelError: the file or a variant is wrong.
    """
    document = read_document(path, ModelError)
    ablation = validated(document, Ablation)
    base = path.parent / ablation.recipe
    recipe.load(base)  # its faults are said of the recipe, before any variant
    content = read_document(base, ModelError).content
    return [
        Run(
            ablation.ablation,
            variant,
            seed,
            recipe.held_to(
                document, base.parent, _varied(content, changes or {}, seed), ("variants", variant)
            ),
        )
        for variant, changes in ablation.variants.items()
        for seed in range(ablation.seeds)
    ]


def read(recorded: Path) -> list[Row]:
    """The recorded runs of an ablation, none where there is no such file.

    A run whose line is damaged, as by a machine that lost its power, is none: it is to be made again.
    """
    if not recorded.is_file():
        return []
    return [json.loads(line) for line in regular_files.content(recorded).split(b"\n") if _is_sound(line)]


def _is_sound(line: bytes) -> bool:
    try:
        _RECORDED.validate_json(line)
    except ValidationError:
        return False
    return True


def record(recorded: Path, row: Row) -> None:
    """Add a line, behind the end of one that was cut off."""
    cut_off = recorded.is_file() and not regular_files.content(recorded).endswith(b"\n")
    with regular_files.opened(recorded, "ab") as file:
        file.write(b"\n" * cut_off + json.dumps(row).encode() + b"\n")


def _made_here(
    missing: Sequence[Run], work_folder: Path, report: pipeline.Report
) -> Iterator[tuple[Run, Row]]:
    for one in missing:
        report(f"{one.variant}, seed {one.seed}")
        yield one, made(one.recipe, work_folder, report)


def made(chosen: Recipe, work_folder: Path, report: pipeline.Report) -> Row:
    """What a run found, or why it found nothing: that a training diverges is a result too.

    Raises:
        ModelError: for any other reason it could not be made, which says nothing of the variant: it ends the
            ablation, and the run is still to be made.
    """
    try:
        ladder = pipeline.make(chosen, work_folder, report).ladder
    except DivergenceError as error:
        return {"status": "failed", "reason": str(error)}
    ranges = ladder["rungs"]["polynomial"]["ranges"]["he_friendly"]
    pair = ladder["held_out"]["pairs"]["original/polynomial"]
    return {
        "status": "ok",
        "metric": ladder["metric"],
        "samples": ladder["held_out"]["samples"],
        "held_out": {rung: ladder["held_out"][rung] for rung in RUNGS},
        **({"cosine": pair[COSINE]} if COSINE in pair else {"agreement": pair["label_agreement"]}),
        "wall_s": {rung: ladder["rungs"][rung]["wall_s"] for rung in CHECKPOINT_RUNGS},
        "largest_activation": max(
            (max(map(abs, ends)) for ends in ranges["activations"].values()), default=0.0
        ),
        "variance_ratio": max((high / low for low, high in ranges["variances"].values()), default=None),
        "versions": ladder["versions"],
    }


def _varied(content: Mapping[str, Any], changes: Mapping[str, Any], seed: int) -> dict[str, Any]:
    varied = _merged(content, changes)
    if isinstance(varied.get("training"), Mapping):  # anything else is refused as no recipe
        varied["training"] = {**varied["training"], "seeds": [seed]}
    return varied


def _merged(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The content with the changes in it; a block is merged entry by entry, null takes an entry out."""
    merged = dict(content)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged
