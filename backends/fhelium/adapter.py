"""FHElium's entry: the two roles and versions."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import fhelium

from backends.fhelium.capabilities import capabilities
from backends.fhelium.evaluator import FHEliumEvaluator
from backends.fhelium.key_owner import FHEliumKeyOwner
from backends.interface import Evaluator, KeyFile, KeyOwner, Library
from backends.parameters import ParameterSet


class FHElium(Library):
    """CKKS over tensors of torch."""

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """See `Library.key_owner`."""
        capabilities(parameters)
        return FHEliumKeyOwner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """See `Library.evaluator`."""
        capabilities(parameters)
        return FHEliumEvaluator(parameters, folder, files)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """FHElium's version, and that of the torch whose operations it adds to."""
        return {"fhelium": fhelium.__version__, "torch": version("torch")}
