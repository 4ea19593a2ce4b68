"""Where the committed checkpoints stand."""

from pathlib import Path

import models

VIT_TINY = Path(models.__file__).parent / "checkpoints" / "vit_tiny"
