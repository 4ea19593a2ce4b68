"""Where the committed checkpoints and recipes stand."""

from pathlib import Path

import models

CHECKPOINTS = Path(models.__file__).parent / "checkpoints"
RECIPES = Path(models.__file__).parent / "recipes"
VIT_TINY = CHECKPOINTS / "vit_tiny"
