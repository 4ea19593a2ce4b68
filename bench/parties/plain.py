"""Files of plain values, which are in no folder for longer than it takes to read them.

However a process ends afterwards, no sample and no decrypted value is left on disk.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import regular_files
from models.arrays import read_array


def taken(path: Path) -> NDArray[np.float64]:
    """The array of a file, numbers of any type; it has no name any more before a byte of it is read.

    Raises:
        FileNotFoundError: there is no such file; it may have been taken before.
        ValueError: it holds no array.
    """
    with regular_files.opened(path) as file:
        path.unlink()
        return read_array(file)
