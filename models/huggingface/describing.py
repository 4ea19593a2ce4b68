"""From what a folder says to a description of its model, before any weight is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from models.architectures.shapes import beyond_bounds
from models.errors import ModelError
from models.huggingface import config, sentences
from models.huggingface.config import Config
from models.huggingface.described import Described
from models.huggingface.families import FAMILIES
from models.huggingface.family import Family, Head
from models.huggingface.folder import Source
from models.huggingface.labels import Labels
from models.huggingface.request import Request

#: Entries that hold for some blocks alone; no family may have any.
_EXCEPTIONS = {"per_layer_config": None}


def describe(source: Source, request: Request) -> Described:
    """The model of a folder.

    Raises:
        ModelError: it is none that the graph can express, or the request asks for what it cannot take.
    """
    family, head = known(source)
    entries = said(source, family)
    labels = config.read(Labels, source.config, source.config_path) if head.answers == "labels" else None
    if labels is not None and head.optional and not labels.classes:
        head, labels = replace(head, answers="features", shape={**head.shape, "head": False}), None
    classes = {
        "labels": 0 if labels is None else labels.classes,
        "symbols": getattr(entries, "symbols", 0),
        "features": entries.features,
    }
    preparation = entries.preparation(source, request)
    try:
        architecture = entries.architecture(head.shape)
    except ValueError as error:
        raise config.refused(source.config_path, _faults(error)) from error
    data = entries.data(request, classes[head.answers])
    if fault := beyond_bounds(data, entries.features):
        raise config.refused(source.config_path, fault)
    return Described(
        name=request.name,
        family=family,
        head=head,
        config=entries,
        architecture=architecture,
        data=data,
        preparation=preparation,
        metric=None if labels is None else labels.metric(source.config_path),
    )


def said(source: Source, family: Family) -> Config:
    """What a folder's config says, in the terms of a family.

    Raises:
        ModelError: the graph cannot express it.
    """
    config.check_fixed(source.config, {**_EXCEPTIONS, **family.fixed}, source.config_path)
    return config.read(family.config, source.config, source.config_path, family.entries)


def known(source: Source) -> tuple[Family, Head]:
    """The family of a folder's model and what stands behind its body.

    Of a class that is not known, such as those of pretraining, it is the bare body, if its family has one.

    Raises:
        ModelError: it is none of those that can be imported.
    """
    pooled = sentences.pooling(source)
    if pooled is not None:
        family = _of_its_kind(source)
        if family.heads[-1].shape.get("pool") != "none":
            raise ModelError(
                f"{source.modules_path} pools the tokens of a model of the family {family.model_type}; "
                "import sentence embeddings of an encoder of text"
            )
        return family, replace(family.heads[-1], shape={**family.heads[-1].shape, **pooled})
    named = source.config.get("architectures") or []
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ModelError(f"{source.config_path} has the architectures {named!r}; write a list of names")
    if not named:
        family = _of_its_kind(source)
        return family, _marked(source, family, family.heads)
    for family in FAMILIES.values():
        heads = [head for head in family.heads if head.name in named]
        if heads:
            return family, _marked(source, family, [head for head in heads if head.name == heads[0].name])
    kin = FAMILIES.get(str(source.config.get("model_type")))
    if kin is not None and (bare := [head for head in kin.heads if head.answers == "features"]):
        return kin, _marked(source, kin, bare)
    classes = sorted({head.name for family in FAMILIES.values() for head in family.heads})
    raise ModelError(
        f"{source.config_path} names the architectures {named}; import one of {', '.join(classes)}"
    )


def model_classes(source: Source) -> list[str]:
    """The classes that a folder names."""
    found = source.config.get("architectures")
    return [str(one) for one in found] if isinstance(found, list) else []


def taken(source: Source, head: Head) -> str | None:
    """As what a model is taken of which no class is known; None where one is, or none is named."""
    found = model_classes(source)
    if not found or head.name in found:
        return None
    return f"taken as {head.name}: its body alone, the weights of its head left out"


def _of_its_kind(source: Source) -> Family:
    """The family that the config's `model_type` names."""
    kind = str(source.config.get("model_type"))
    if kind not in FAMILIES:
        raise ModelError(
            f"{source.config_path} names no architecture that is known, and as model_type {kind}; "
            f"give it one of {', '.join(FAMILIES)}"
        )
    return FAMILIES[kind]


def _marked(source: Source, family: Family, heads: Sequence[Head]) -> Head:
    """The first head of which the weights have the mark; where none has, the last."""
    if len(heads) == 1:
        return heads[0]
    return next((head for head in heads if _holds(source, family, head.mark)), heads[-1])


def _holds(source: Source, family: Family, mark: str) -> bool:
    return not mark or mark in source.tensors or family.prefix + mark in source.tensors


def _faults(error: ValueError) -> str:
    """What pydantic or a config found, in one line."""
    if isinstance(error, ValidationError):
        return "; ".join(fault["msg"] for fault in error.errors())
    return str(error)
