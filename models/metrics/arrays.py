"""Arrays of outputs, labels and scores."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.arrays import Array

__all__ = ["Array", "Labels"]

#: What each position should be: the number of a label or, of a regression, a real number.
Labels: TypeAlias = NDArray[np.integer] | NDArray[np.floating]
