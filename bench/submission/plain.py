"""The client's stages in the clear: pixels to a model's inputs, and logits to labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.submission import contents
from bench.submission.contents import StageError
from bench.submission.task import Task
from models import regular_files
from models.arrays import read_array
from models.data import literals, patches

#: The side of MNIST's images, which a line of the harness's file holds row by row.
SIDE = 28


def preprocess_input(task: Task) -> None:
    """Pixels of 0 to 1, as the harness writes them, to what is encrypted: `[samples, tokens, features]`."""
    preparation = _preparation(task.folder / contents.PREPARATION)
    pixels = patches.normalised(_images(task), preparation, np.float64)
    np.save(task.places.private / contents.SAMPLES, patches.tokens(pixels, preparation))


def postprocess(task: Task) -> None:
    """Logits to labels, one a line, for the harness."""
    places, count = task.places, len(_images(task))
    path = places.private / contents.LOGITS
    if not path.is_file():
        raise StageError(f"{path} is missing; run the stages in the order of the harness")
    try:
        with regular_files.opened(path) as file:
            labels = read_array(file)[:count].reshape(count, -1).argmax(axis=1)
    except (ValueError, IndexError, TypeError) as error:
        raise StageError(
            f"{path} does not hold the answers to {count} images ({error}); run the stages again"
        ) from error
    places.predictions.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")


def _preparation(path: Path) -> literals.Patches:
    """How pixels become the model's inputs, as `bench submission` wrote it.

    Raises:
        StageError: the file holds no JSON, or something else.
        ModelError: it is no preparation.
    """
    try:
        literal = json.loads(regular_files.text(path))
        preparation = literals.parse(literal) if isinstance(literal, dict) else None
    except (ValueError, RecursionError) as error:
        raise StageError(f"{path} is not JSON ({error}); write the submission again") from error
    if not isinstance(preparation, literals.Patches):
        raise StageError(f"{path} does not say how images are prepared; write the submission again")
    return preparation


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
