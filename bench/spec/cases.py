"""The cases of a suite: a model on a slice of a data set, a layer with random weights, or primitives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, Tag
from pydantic_core import PydanticCustomError

from backends.microbenchmarks import BY_NAME
from models.data.own import NAME_OR_OWN, OwnData
from models.documents.document import Document
from models.layers import LayerShape, largest_array
from reports.block import Block

#: Signs of a name.
LONGEST_NAME = 64
#: Names appear in file names, in `cell` and on the command line.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=LONGEST_NAME)]
Seed = Annotated[int, Field(ge=0)]

#: Rotations of `rotate_many`: each has a key, and the smallest ring has 512 slots.
MOST_ROTATIONS = 256
MOST_REPETITIONS = 10_000
#: What a degree of 1,023 takes, ten levels, is more than a layer between two refreshes has.
HIGHEST_DEGREE = 1023
#: Numbers of the largest array that a layer is drawn with: 128 MB, of which a plan holds four and more.
MOST_NUMBERS = 1 << 24
MOST_TOKENS = MOST_FEATURES = 1 << 16
#: Samples of a layer, whose array is limited too.
MOST_LAYER_SAMPLES = 1 << 16
#: Blocks of the deepest layer: values of random weights drift from size 1.
MOST_BLOCKS = 16
MOST_MLP_RATIO = 8

Repetitions = Annotated[int, Field(gt=0, le=MOST_REPETITIONS)]


def _measurable(name: str) -> str:
    """The name of a primitive of an evaluator."""
    if name not in BY_NAME:
        raise PydanticCustomError("primitive", "choose of {names}", {"names": ", ".join(BY_NAME)})
    return name


MeasurableName = Annotated[str, AfterValidator(_measurable)]


class LayerLiteral(Block):
    """A polynomial layer whose weights and inputs are drawn (see `models.layers`).

    Attributes:
        kind: what it is.
        tokens, features: how many its input has.
        heads: how many its attention has.
        degree: the degree of its polynomials.
        blocks: of `block`, how many follow each other.
        mlp_ratio: of `block`, hidden features of its MLP, as a multiple of its features.
        seed: what weights and inputs are drawn from.
    """

    kind: Literal["linear", "activation", "attention", "softmax", "block"]
    tokens: Annotated[int, Field(gt=0, le=MOST_TOKENS)]
    features: Annotated[int, Field(gt=0, le=MOST_FEATURES)]
    heads: Annotated[int, Field(gt=0, le=MOST_FEATURES)] = 1
    degree: Annotated[int, Field(ge=2, le=HIGHEST_DEGREE)] = 4
    blocks: Annotated[int, Field(gt=0, le=MOST_BLOCKS)] = 1
    mlp_ratio: Annotated[int, Field(gt=0, le=MOST_MLP_RATIO)] = 2
    seed: Seed = 0


class PrimitivesLiteral(Block):
    """How primitives are measured.

    Attributes:
        repetitions: how often a primitive runs that takes under a second.
        long_repetitions: how often one runs that takes longer.
        rotations: how many `rotate_many` does at once.
        seed: what the two slot vectors are drawn from that everything is computed on.
        only: primitives of an evaluator, by name; they and encryption alone are measured, at the levels
            where they can be done, and no keys. None for everything.
    """

    repetitions: Repetitions = 30
    long_repetitions: Repetitions = 5
    rotations: Annotated[int, Field(gt=0, le=MOST_ROTATIONS)] = 8
    seed: Seed = 0
    only: Annotated[tuple[MeasurableName, ...], Field(strict=False, min_length=1)] | None = None


class CaseLiteral(Block):
    """A case as a file has it: `model` with `data`, or `layer`, or `primitives`."""

    name: Name
    model: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    data: Annotated[Annotated[Name, Tag("name")] | Annotated[OwnData, Tag("own")], NAME_OR_OWN] | None = None
    first_sample: Annotated[int, Field(ge=0)] | None = None
    samples: Annotated[int, Field(gt=0, le=MOST_LAYER_SAMPLES)] | None = None
    layer: LayerLiteral | None = None
    primitives: PrimitivesLiteral | None = None


@dataclass(frozen=True)
class ModelCase:
    """One model on one slice of a data set.

    Attributes:
        name: the name in records.
        model: a checkpoint folder under `models/checkpoints`, or a path relative to the suite file.
        data: name of a data set, or what a user's own data are.
        first_sample: which held-out sample is the first that its cells run, from 0.
    """

    name: str
    model: str
    data: str | OwnData
    first_sample: int = 0


@dataclass(frozen=True)
class LayerCase:
    """One layer on inputs that are drawn; it has no labels, so it has no accuracy.

    Attributes:
        name: the name in records.
        layer: what it is.
        samples: how many are drawn; None for as many as its parameter set says.
    """

    name: str
    layer: LayerLiteral
    samples: int | None = None


@dataclass(frozen=True)
class PrimitivesCase:
    """Every primitive of a library at every level, in place of a model."""

    name: str
    primitives: PrimitivesLiteral


Case: TypeAlias = ModelCase | LayerCase | PrimitivesCase


def case(document: Document, index: int, literal: CaseLiteral, samples: int) -> Case:
    """What a literal means, run on so many samples.

    Raises:
        UserError: it is of no kind, or of two, or a layer that is too large.
    """
    place = ("cases", index)
    kinds = [key for key in ("model", "layer", "primitives") if getattr(literal, key) is not None]
    if len(kinds) > 1 or (literal.data is not None and kinds in (["layer"], ["primitives"])):
        both = " and ".join([*kinds, *(["data"] if literal.data is not None else [])])
        document.fail(place, f"a case is model with data, layer or primitives, not {both}; keep one of them")
    if literal.first_sample is not None and kinds != ["model"]:
        document.fail((*place, "first_sample"), "only a model's samples are chosen; leave out first_sample")
    if literal.samples is not None and kinds != ["layer"]:
        document.fail(
            (*place, "samples"), "only a layer has samples of its own; write them in the parameter set"
        )
    if literal.layer is not None:
        _check_heads(document, index, literal.layer)
        if literal.layer.blocks > 1 and literal.layer.kind != "block":
            document.fail((*place, "layer", "blocks"), "only a block is repeated; leave out blocks")
        too_large = oversize(literal.layer, literal.samples or samples)
        if too_large is not None:
            document.fail((*place, "layer"), too_large)
        return LayerCase(literal.name, literal.layer, literal.samples)
    if literal.primitives is not None:
        return PrimitivesCase(literal.name, literal.primitives)
    if literal.model is None:
        document.fail((*place, "model"), "the key 'model' is missing; add it, or layer, or primitives")
    if literal.data is None:
        document.fail((*place, "data"), "the key 'data' is missing; add it")
    return ModelCase(literal.name, literal.model, literal.data, literal.first_sample or 0)


def oversize(layer: LayerLiteral, samples: int) -> str | None:
    """Why a layer on so many samples is more than a machine draws and checks, else None."""
    shape = layer_shape(layer)
    numbers = largest_array(shape, samples)
    if numbers <= MOST_NUMBERS:
        return None
    return (
        f"{layer.kind} of {layer.tokens} tokens and {layer.features} features on {samples} samples needs an "
        f"array of {numbers:,} numbers, over {MOST_NUMBERS:,}; write a smaller layer or fewer samples"
    )


def layer_shape(layer: LayerLiteral) -> LayerShape:
    """The shape that a literal means."""
    return LayerShape(
        layer.kind, layer.tokens, layer.features, layer.heads, layer.degree, layer.blocks, layer.mlp_ratio
    )


def _check_heads(document: Document, index: int, layer: LayerLiteral) -> None:
    if layer.features % layer.heads:
        sentence = f"{layer.features} features do not divide among {layer.heads} heads; change one of the two"
        document.fail(("cases", index, "layer", "heads"), sentence)
