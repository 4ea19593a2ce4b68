"""The cases of a suite: a model on a slice of a data set, a layer with random weights, or primitives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from models.documents.document import Document
from reports.block import Block

#: Names appear in file names, in `cell` and on the command line.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Positive = Annotated[int, Field(gt=0)]
Seed = Annotated[int, Field(ge=0)]


class LayerLiteral(Block):
    """A polynomial layer whose weights and inputs are drawn (see `models.layers`).

    Attributes:
        kind: what it is.
        tokens, features: how many its input has.
        heads: how many its attention has.
        degree: the degree of its polynomials.
        seed: what weights and inputs are drawn from.
    """

    kind: Literal["linear", "activation", "attention", "block"]
    tokens: Positive
    features: Positive
    heads: Positive = 1
    degree: Annotated[int, Field(ge=2)] = 4
    seed: Seed = 0


class PrimitivesLiteral(Block):
    """How primitives are measured.

    Attributes:
        repetitions: how often a primitive runs that takes under a second.
        long_repetitions: how often one runs that takes longer.
        rotations: how many `rotate_many` does at once.
        seed: what the two slot vectors are drawn from that everything is computed on.
    """

    repetitions: Positive = 30
    long_repetitions: Positive = 5
    rotations: Positive = 8
    seed: Seed = 0


class CaseLiteral(Block):
    """A case as a file has it: `model` with `data`, or `layer`, or `primitives`."""

    name: Name
    model: str | None = None
    data: str | None = None
    layer: LayerLiteral | None = None
    primitives: PrimitivesLiteral | None = None


@dataclass(frozen=True)
class ModelCase:
    """One model on one slice of a data set.

    Attributes:
        name: the name in records.
        model: a checkpoint folder under `models/checkpoints`, or a path relative to the suite file.
        data: name of a data set.
    """

    name: str
    model: str
    data: str


@dataclass(frozen=True)
class LayerCase:
    """One layer on inputs that are drawn; it has no labels, so it has no accuracy."""

    name: str
    layer: LayerLiteral


@dataclass(frozen=True)
class PrimitivesCase:
    """Every primitive of a library at every level, in place of a model."""

    name: str
    primitives: PrimitivesLiteral


Case: TypeAlias = ModelCase | LayerCase | PrimitivesCase


def case(document: Document, index: int, literal: CaseLiteral) -> Case:
    """What a literal means.

    Raises:
        UserError: it is of no kind, or of two.
    """
    place = ("cases", index)
    kinds = [key for key in ("model", "layer", "primitives") if getattr(literal, key) is not None]
    if len(kinds) > 1 or (literal.data is not None and kinds in (["layer"], ["primitives"])):
        both = " and ".join([*kinds, *(["data"] if literal.data is not None else [])])
        document.fail(place, f"a case is model with data, layer or primitives, not {both}; keep one of them")
    if literal.layer is not None:
        _check_heads(document, index, literal.layer)
        return LayerCase(literal.name, literal.layer)
    if literal.primitives is not None:
        return PrimitivesCase(literal.name, literal.primitives)
    if literal.model is None:
        document.fail((*place, "model"), "the key 'model' is missing; add it, or layer, or primitives")
    if literal.data is None:
        document.fail((*place, "data"), "the key 'data' is missing; add it")
    return ModelCase(literal.name, literal.model, literal.data)


def _check_heads(document: Document, index: int, layer: LayerLiteral) -> None:
    if layer.features % layer.heads:
        sentence = f"{layer.features} features do not divide among {layer.heads} heads; change one of the two"
        document.fail(("cases", index, "layer", "heads"), sentence)
