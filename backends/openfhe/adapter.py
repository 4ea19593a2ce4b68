"""OpenFHE's entry: capabilities, the two roles and versions."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import openfhe

from backends.interface import Evaluator, KeyFile, KeyOwner
from backends.openfhe.capabilities import capabilities
from backends.openfhe.evaluator import OpenFHEEvaluator
from backends.openfhe.key_owner import OpenFHEKeyOwner
from backends.openfhe.share_holder import OpenFHEShareHolder
from backends.parameters import ParameterSet
from backends.threshold import ShareHolder, SharingLibrary


class OpenFHE(SharingLibrary):
    """CKKS with bootstrapping on OpenFHE's Python bindings."""

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> KeyOwner:
        """See `Library.key_owner`."""
        capabilities(parameters)
        return OpenFHEKeyOwner(parameters)

    @classmethod
    def evaluator(cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]) -> Evaluator:
        """See `Library.evaluator`."""
        capabilities(parameters)
        return OpenFHEEvaluator(parameters, folder, files)

    @classmethod
    def share_holder(cls, parameters: ParameterSet, number: int) -> ShareHolder:
        """See `SharingLibrary.share_holder`."""
        capabilities(parameters)
        return OpenFHEShareHolder(parameters, number)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """The bindings' version, whose first three numbers are OpenFHE's own, and the wheel's."""
        return {"openfhe": openfhe.__version__, "openfhe-wheel": version("openfhe")}
