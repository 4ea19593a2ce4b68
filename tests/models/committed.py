"""Where the committed checkpoints and recipes stand."""

from pathlib import Path

import models

ROOT = Path(models.__file__).parents[1]
CHECKPOINTS = Path(models.__file__).parent / "checkpoints"
RECIPES = Path(models.__file__).parent / "recipes"
VIT_TINY = CHECKPOINTS / "vit_tiny"
#: All of them; whoever times models of random weights has other folders beside them.
FOLDERS = sorted(
    folder for folder in CHECKPOINTS.iterdir() if folder.is_dir() and not folder.name.endswith("_random")
)
