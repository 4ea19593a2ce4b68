"""The simulator's two roles: exact, or with the noise of the backend that a parameter set imitates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backends.cleartext.adapter import CleartextEvaluator, CleartextKeyOwner, imitated
from backends.cleartext.imitation import ImitatingEvaluator, ImitatingKeyOwner
from backends.interface import KeyFile, Library
from backends.noise.drawn import Noise
from backends.noise.traits import Traits
from backends.parameters import ParameterSet


class Cleartext(Library):
    """The simulator."""

    @classmethod
    def key_owner(cls, parameters: ParameterSet) -> CleartextKeyOwner:
        """See `Library.key_owner`."""
        if parameters.imitates is None:
            return CleartextKeyOwner(parameters)
        return ImitatingKeyOwner(parameters, Noise(parameters, _traits(parameters), "key owner"))

    @classmethod
    def evaluator(
        cls, parameters: ParameterSet, folder: Path, files: Sequence[KeyFile]
    ) -> CleartextEvaluator:
        """See `Library.evaluator`."""
        texts = {file.kind: (folder / file.name).read_text() for file in files}
        steps, conjugation = (
            frozenset(map(int, texts.get("rotation_keys", "").split())),
            "conjugation_key" in texts,
        )
        if parameters.imitates is None:
            return CleartextEvaluator(parameters, steps, conjugation)
        traits = _traits(parameters)
        noise = Noise(parameters, traits, "evaluator")
        return ImitatingEvaluator(parameters, steps, conjugation, noise, traits.sums_extended)

    @classmethod
    def versions(cls) -> dict[str, str]:
        """See `Library.versions`."""
        return {"numpy": np.__version__}


def _traits(parameters: ParameterSet) -> Traits:
    traits = imitated(parameters).noise
    assert traits is not None, "`imitated` raises where there are none"
    return traits
