"""The client's stages in the clear: pixels to a model's inputs, and logits to labels."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from bench.submission import contents
from bench.submission.contents import StageError
from bench.submission.task import Task
from models import regular_files
from models.data import literals, patches

#: The side of MNIST's images, which a line of the harness's file holds row by row.
SIDE = 28


def preprocess_input(task: Task) -> None:
    """Pixels of 0 to 1, as the harness writes them, to what is encrypted: `[samples, tokens, features]`."""
    literal = json.loads(regular_files.text(task.folder / contents.PREPARATION))
    preparation = literals.parse(literal)
    assert isinstance(preparation, literals.Patches), "no other is written into a submission"
    pixels = patches.normalised(_images(task), preparation, np.float64)
    np.save(task.places.private / contents.SAMPLES, patches.tokens(pixels, preparation))


def postprocess(task: Task) -> None:
    """Logits to labels, one a line, for the harness."""
    places, count = task.places, len(_images(task))
    path = places.private / contents.LOGITS
    if not path.is_file():
        raise StageError(f"{path} is missing; run the stages in the order of the harness")
    logits = np.load(path, allow_pickle=False)[:count]
    labels = logits.reshape(count, -1).argmax(axis=1)
    places.predictions.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")


def _images(task: Task) -> NDArray[np.uint8]:
    """`[samples, 28, 28, 1]` grey levels.

    Raises:
        StageError: the harness's file is missing, or is no file of such images.
    """
    path = task.places.pixels
    if not path.is_file():
        raise StageError(f"{path} is missing; have the harness write it, or run its generate_input.py")
    try:
        pixels = np.loadtxt(path, ndmin=2)
    except ValueError as error:
        raise StageError(f"{path} does not hold numbers alone ({error}); have it written again") from error
    if pixels.shape[1:] != (SIDE * SIDE,) or not np.all((pixels >= 0) & (pixels <= 1)):
        raise StageError(f"{path} does not hold {SIDE * SIDE} pixels of 0 to 1 a line; have it written again")
    return np.rint(pixels * 255).astype(np.uint8).reshape(-1, SIDE, SIDE, 1)
