"""MNIST: handwritten digits, 60,000 to train on and 10,000 held out, 28×28 grey levels.

Source: Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, in its four IDX
files. The digests are of the decompressed files.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data import plain
from models.data.files import DataFolder
from models.data.forms import DataSet, Form
from models.data.plain import ImageSet
from models.data.sources import Images
from models.errors import ModelError

KNOWN = ImageSet("mnist", (28, 28, 1), 10, {"training": 60_000, "held_out": 10_000})
FILES = {
    "training": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "held_out": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_UNSIGNED_BYTES = 0x08


def _read(folder: DataFolder, split: str) -> Images:
    pixels, labels = (idx(folder.content(name), name) for name in FILES[split])
    return plain.checked(folder, KNOWN, split, pixels[..., None], labels, tuple("0123456789"))


def idx(raw: bytes, name: str) -> NDArray[np.uint8]:
    """The array of an IDX file: two zero bytes, the type, the number of axes, their lengths, the values.

    Raises:
        ModelError: it is not such a file of unsigned bytes.
    """
    axes = raw[3] if len(raw) > 3 and raw[:3] == bytes([0, 0, _UNSIGNED_BYTES]) else 0
    shape = np.frombuffer(raw, ">u4", axes, 4) if axes and len(raw) >= 4 + 4 * axes else np.zeros(1)
    if not axes or len(raw) != 4 + 4 * axes + int(np.prod(shape)):
        raise ModelError(f"{name} is not an IDX file of unsigned bytes; fetch it again")
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape.astype(int))


DATA_SET = DataSet(
    title="handwritten digits, 28×28 grey levels, 60,000 and 10,000",
    forms=(plain.form(KNOWN), Form(FILES, _read)),
    origin="the four IDX files of yann.lecun.com/exdb/mnist or ossci-datasets.s3.amazonaws.com/mnist",
    md5=MD5,
)
