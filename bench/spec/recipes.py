"""How a checkpoint that is not here is made: by a recipe of its name."""

from __future__ import annotations

from pathlib import Path

import models
from bench.spec.typed import typed

RECIPES = Path(models.__file__).parent / "recipes"
#: What `bench convert --random-weights` puts after a recipe's name.
_RANDOM = "_random"


def command(model: str) -> str | None:
    """The command that makes the checkpoint of this name; None where the project has no recipe for it."""
    for name, option in ((model, ()), (model.removesuffix(_RANDOM), ("--random-weights",))):
        for recipe in RECIPES.glob("*.yaml"):
            if recipe.stem == name:
                return typed("convert", _shown(recipe), *option)
    return None


def _shown(path: Path) -> Path:
    """A path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
