"""How images become the tokens of a model: what its folder says, what the caller says, and if they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.data.literals import Patches
from models.data.own import ImageFolders
from models.errors import ModelError
from models.huggingface import config
from models.huggingface.folder import Source
from models.huggingface.preprocessor import Preprocessor
from models.huggingface.request import Request

#: How far apart, in deviations, two normalisations are that differ by rounding alone.
_ROUNDING = 1e-3


class Cut(Protocol):
    """A model's images."""

    @property
    def size(self) -> int:
        """The side of a square image, in pixels."""

    @property
    def channels(self) -> int:
        """The channels of an image."""

    def patches(self, mean: tuple[float, ...], std: tuple[float, ...]) -> Patches:
        """Their preparation, given the mean and deviation of each channel in grey levels."""


def preparation(cut: Cut, source: Source, given: Patches) -> Patches:
    """The caller's preparation, with the folder's mean and deviation where it has none.

    Raises:
        ModelError: it does not cut the model's tokens, or it contradicts the folder.
    """
    said = _said(cut, source)
    if not given.mean:
        if said is None:
            raise ModelError(
                f"{source.folder} has no {source.preprocessor_path.name} to take mean and std from; "
                "give one of each per channel"
            )
        given = given.model_copy(update={"mean": said.mean, "std": said.std})
    wanted = cut.patches(given.mean, given.std)
    if given != wanted or len(given.mean) != cut.channels:
        raise ModelError(
            f"the preparation ({_told(given)}) does not cut the tokens of {source.folder}; "
            f"give patches with {_told(wanted, cut.channels)}"
        )
    if said is not None and not _alike(given, said):
        raise ModelError(
            f"the preparation normalises by {_normalisation(given)}, {source.preprocessor_path} by "
            f"{_normalisation(said)}; leave out mean and std to have the folder's, or correct one of them"
        )
    return given


def prepared(cut: Cut, source: Source, request: Request) -> Patches | None:
    """The caller's, or what the folder says; None if neither says anything."""
    if request.context is not None:
        raise ModelError("what a model of images reads is fixed by its images; leave out the context")
    if request.preparation is None:
        return _said(cut, source)
    if not isinstance(request.preparation, Patches):
        raise ModelError(
            f"{source.folder} is a model of images, which {request.preparation.kind} do not prepare; "
            "give patches"
        )
    return preparation(cut, source, request.preparation)


@dataclass(frozen=True)
class Begun:
    """What a recipe has to say of a model's images.

    Attributes:
        patches: their preparation, with mean and deviation only where the folder does not say them.
        folders: a user's own images, their folders still to be named; None of channels that no file has.
    """

    patches: Patches
    folders: ImageFolders | None


def begun(cut: Cut, source: Source) -> Begun:
    """What a first recipe of a folder says of its images; as ViT has them where it is silent."""
    found = config.read(Preprocessor, source.preprocessor or {}, source.preprocessor_path)
    said = cut.patches(*found.grey_levels(cut.channels, source.preprocessor_path))
    if source.preprocessor is not None:
        said = said.model_copy(update={"mean": (), "std": ()})
    folders = found.folders(cut.size, 1 if cut.channels == 1 else 3) if cut.channels in (1, 3) else None
    return Begun(said, folders)


def _said(cut: Cut, source: Source) -> Patches | None:
    """The preparation that the folder describes, if it does."""
    if source.preprocessor is None:
        return None
    found = config.read(Preprocessor, source.preprocessor, source.preprocessor_path)
    found.check_side(cut.size, source.preprocessor_path)
    return cut.patches(*found.grey_levels(cut.channels, source.preprocessor_path))


def _alike(given: Patches, said: Patches) -> bool:
    """Whether both normalise alike, as numbers are rounded in recipes."""
    level = np.multiply(_ROUNDING, said.std)
    return all(
        (np.abs(np.subtract(one, other)) <= level).all()
        for one, other in ((given.mean, said.mean), (given.std, said.std))
    )


def _normalisation(literal: Patches) -> str:
    return f"mean {_listed(literal.mean)} and std {_listed(literal.std)}"


def _listed(numbers: tuple[float, ...]) -> str:
    return f"[{', '.join(f'{number:.6g}' for number in numbers)}]"


def _told(literal: Patches, channels: int | None = None) -> str:
    lead = str(literal.lead).lower()
    return (
        f"size {literal.size}, patch {literal.patch}, {channels or len(literal.mean)} channels, "
        f"margin {literal.margin}, order {literal.order} and lead: {lead}"
    )
