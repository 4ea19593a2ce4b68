"""How images become the tokens of a ViT: what its folder says, what the caller says, and if they agree."""

from __future__ import annotations

import numpy as np

from models.data.literals import Patches
from models.errors import ModelError
from models.huggingface import config
from models.huggingface.folder import Source
from models.huggingface.imported import Request
from models.huggingface.preprocessor import Preprocessor
from models.huggingface.vit_config import VitConfig

#: How far apart, in deviations, two normalisations are that differ by rounding alone.
_ROUNDING = 1e-3


def preparation(source: Source, given: Patches) -> Patches:
    """The caller's preparation, with the folder's mean and deviation where it has none.

    Raises:
        ModelError: it does not cut the model's tokens, or it contradicts the folder.
    """
    settings = config.read(VitConfig, source.config, source.config_path)
    said = _said(settings, source)
    if not given.mean:
        if said is None:
            raise ModelError(
                f"{source.folder} has no {source.preprocessor_path.name} to take mean and std from; "
                "give one of each per channel"
            )
        given = given.model_copy(update={"mean": said.mean, "std": said.std})
    wanted = settings.patches(given.mean, given.std)
    if given != wanted or len(given.mean) != settings.channels:
        raise ModelError(
            f"the preparation ({_told(given)}) does not cut the tokens of {source.folder}; "
            f"give patches with {_told(wanted, settings.channels)}"
        )
    if said is not None and not _alike(given, said):
        raise ModelError(
            f"the preparation normalises by {_normalisation(given)}, {source.preprocessor_path} by "
            f"{_normalisation(said)}; leave out mean and std to have the folder's, or correct one of them"
        )
    return given


def prepared(source: Source, request: Request) -> Patches | None:
    """The caller's, or what the folder says; None if neither says anything."""
    if request.context is not None:
        raise ModelError("the tokens of a ViT are fixed by its images; leave out the context")
    if request.preparation is None:
        return _said(config.read(VitConfig, source.config, source.config_path), source)
    if not isinstance(request.preparation, Patches):
        raise ModelError(
            f"{source.folder} is a model of images, which {request.preparation.kind} do not prepare; "
            "give patches"
        )
    return preparation(source, request.preparation)


def _said(settings: VitConfig, source: Source) -> Patches | None:
    """The preparation that the folder describes, if it does."""
    if source.preprocessor is None:
        return None
    found = config.read(Preprocessor, source.preprocessor, source.preprocessor_path)
    found.check_side(settings.size, source.preprocessor_path)
    return settings.patches(*found.grey_levels(settings.channels, source.preprocessor_path))


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
    lead = "true" if literal.lead else "false"
    return (
        f"size {literal.size}, patch {literal.patch}, {channels or len(literal.mean)} channels, "
        f"margin {literal.margin}, order {literal.order} and lead: {lead}"
    )
