"""The data sets by the names that suites and recipes use. Nothing is ever downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.data import (
    cifar,
    digits,
    image_folders,
    mnist,
    plain_texts,
    sst2,
    tables,
    texts,
    tiny_imagenet,
)
from models.data.files import DataFolder, data_folder
from models.data.forms import DataSet
from models.data.own import OwnData, PlainText, Table
from models.data.samples import interleaved
from models.data.sources import Source, Text
from models.errors import ModelError
from models.names import did_you_mean

DATA_SETS: Mapping[str, DataSet] = {
    "digits": digits.DATA_SET,
    "mnist": mnist.DATA_SET,
    "cifar10": cifar.CIFAR10,
    "cifar100": cifar.CIFAR100,
    "tiny_imagenet": tiny_imagenet.DATA_SET,
    "wikitext2": texts.WIKITEXT2,
    "wikitext103": texts.WIKITEXT103,
    "tiny_shakespeare": texts.TINY_SHAKESPEARE,
    "sst2": sst2.DATA_SET,
}


@dataclass(frozen=True)
class Description:
    """What is known of a data set without reading it.

    Attributes:
        name: to load it by.
        title: what it is.
        found: the splits whose files are there.
        missing: the others.
        advice: where to get what is missing and where to put it; empty where nothing is.
    """

    name: str
    title: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    advice: str


def load(data: str | OwnData, split: str, folder: Path | None = None) -> Source:
    """A split of a data set.

    Labelled samples of a split that is not for training come interleaved by class, so that a prefix of whole
    turns is balanced.

    Args:
        data: the name of a data set, or what a user's own data are.
        split: "training", "validation" or "held_out".
        folder: where the files lie; the data folder where it is absent.

    Raises:
        ModelError: there is no such data set or split, its files are missing, or they hold something else.
    """
    source = _read(data, split, folder or data_folder())
    return source if split == "training" or isinstance(source, Text) else interleaved(source)


def _read(data: str | OwnData, split: str, folder: Path) -> Source:
    if not isinstance(data, str):
        files = DataFolder(folder, {})
        if isinstance(data, Table):
            return tables.read(files, data, split)
        if isinstance(data, PlainText):
            return plain_texts.read(files, data, split)
        return image_folders.read(files, data, split)
    data_set = _known(data)
    if split not in data_set.splits():
        raise ModelError(f"{data} has no split {split!r}; it has {', '.join(data_set.splits())}")
    files = DataFolder(folder, data_set.md5)
    form = data_set.form(files, split)
    if form is None:
        raise ModelError(f"the {split} split of {data} is not there; {_advice(data_set, files, (split,))}")
    return form.read(files, split)


def describe(folder: Path | None = None) -> list[Description]:
    """Every data set, with what of it is in the data folder."""
    described = []
    for name, data_set in DATA_SETS.items():
        files = DataFolder(folder or data_folder(), data_set.md5)
        found = tuple(split for split in data_set.splits() if data_set.form(files, split))
        missing = tuple(split for split in data_set.splits() if split not in found)
        advice = _advice(data_set, files, missing) if missing else ""
        described.append(Description(name, data_set.title, found, missing, advice))
    return described


def _known(name: str) -> DataSet:
    if name not in DATA_SETS:
        raise ModelError(f"no data set is called {name!r}{did_you_mean(name, DATA_SETS)}")
    return DATA_SETS[name]


def _advice(data_set: DataSet, folder: DataFolder, splits: Sequence[str]) -> str:
    """Where to get splits and where to put them; every data set with files has a plain form of each split."""
    plain, *published = data_set.forms
    fetched = [split for split in splits if split not in data_set.unpublished]
    advice = []
    if fetched:
        files = ", ".join(dict.fromkeys(name for split in fetched for name in plain.files[split]))
        form = f", packed or unpacked, or make the plain form there, {files}" if published else f" as {files}"
        advice.append(f"fetch {data_set.origin} into {folder.path}{form}")
    for split in splits:
        if split not in fetched:
            made = ", ".join(plain.files[split])
            advice.append(f"make {made} in {folder.path} of {data_set.unpublished[split]}")
    return "; ".join(advice)
