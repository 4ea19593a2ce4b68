"""What a sample contributes to a metric: functions from outputs and labels to scores.

Outputs are `[samples, positions, outputs]`, labels `[samples, positions]`.
"""

from __future__ import annotations

import numpy as np
import scipy

from models.errors import ScoreError
from models.metrics.arrays import Array, Labels


def named(outputs: Array) -> Labels:
    """The label that each position names, of `[samples, positions, outputs]` or of rows of outputs."""
    return np.asarray(outputs.argmax(axis=-1))


def right(logits: Array, labels: Labels) -> Array:
    """1 where the largest logit is the label's, else 0; an answer that is not finite is wrong: `[samples]`.

    Raises:
        ScoreError: a sample has several positions.
    """
    if labels.shape[1] != 1:
        raise ScoreError(
            f"accuracy is of one answer a sample, not of {labels.shape[1]}; judge such a model by perplexity"
        )
    found = (logits.argmax(axis=2) == labels) & np.isfinite(logits).all(axis=2)
    return np.asarray(found[:, 0], np.float64)


def log_likelihood(logits: Array, labels: Labels) -> Array:
    """Mean over positions of the label's log-probability, in nats: `[samples]`.

    It is -∞ where a logit is not finite.
    """
    finite = np.asarray(np.isfinite(logits).all(axis=(1, 2)))
    held = np.where(finite[:, None, None], logits, 0.0)
    logarithms = scipy.special.log_softmax(held, axis=2)
    found = np.take_along_axis(logarithms, np.asarray(labels, np.int64)[:, :, None], axis=2)
    return np.where(finite, found[:, :, 0].mean(axis=1), -np.inf)


def answer_and_label(outputs: Array, labels: Labels) -> Array:
    """The one output of every sample beside its label: `[samples, 2]`.

    Raises:
        ScoreError: a sample has several positions or several outputs.
    """
    if outputs.shape[1:] != (1, 1):
        raise ScoreError(
            f"a regression is of one number a sample, not of {outputs.shape[1]} positions with "
            f"{outputs.shape[2]} outputs; judge such a model by accuracy or perplexity"
        )
    return np.stack([outputs[:, 0, 0], np.asarray(labels[:, 0], np.float64)], axis=1)


def squared_error(outputs: Array, labels: Labels) -> Array:
    """The squared distance of every sample's one output from its label: `[samples]`.

    Raises:
        ScoreError: a sample has several positions or several outputs.
    """
    answers, wanted = answer_and_label(outputs, labels).T
    return np.asarray((answers - wanted) ** 2)
