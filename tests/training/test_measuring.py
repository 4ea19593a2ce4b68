"""Measuring in pieces says what measuring at once says."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models import ladder
from models.architectures.options import ORIGINAL
from models.data import catalogue, preparation
from models.data.digits import PREPARATION
from models.data.literals import Characters
from models.data.samples import Samples
from models.data.sources import Text
from models.pipeline.unprepared import Unprepared
from models.reference import outputs
from tests.training.graphs import VISION, digits_vit

RUNGS = {"original": digits_vit(ORIGINAL), "he_friendly": digits_vit(VISION)}


@pytest.fixture(scope="module")
def unprepared() -> Unprepared:
    return Unprepared(catalogue.load("digits", "held_out"), PREPARATION)


@pytest.fixture(scope="module")
def prepared(unprepared: Unprepared) -> Samples:
    return preparation.samples(unprepared.source, unprepared.preparation)


def test_unprepared_samples_have_the_digest_of_prepared_ones(
    unprepared: Unprepared, prepared: Samples
) -> None:
    assert len(unprepared) == len(prepared)
    assert unprepared.digest() == prepared.digest()


def test_so_have_the_windows_of_a_text() -> None:
    text = Text("to be or not to be " * 200, "text")
    literal = preparation.fitted(Characters(context=8), text)
    assert Unprepared(text, literal).digest() == preparation.samples(text, literal).digest()


def test_pieces_add_up_to_the_whole(unprepared: Unprepared, prepared: Samples) -> None:
    seen: list[tuple[int, int]] = []
    found = ladder.compare(RUNGS, unprepared, lambda done, total: seen.append((done, total)))
    assert found == ladder.compare(RUNGS, prepared)
    assert seen[0] == (ladder.PIECE, len(prepared))
    assert seen[-1] == (len(prepared), len(prepared))

    logits = {rung: outputs(graph, prepared.inputs)[:, 0] for rung, graph in RUNGS.items()}
    likely = np.exp(logits["original"]) / np.exp(logits["original"]).sum(axis=1, keepdims=True)
    of_labels = likely[np.arange(len(prepared)), prepared.labels]
    assert found["original"]["cross_entropy"] == pytest.approx(-np.log(of_labels).mean(), rel=1e-12)
    assert found["original"]["accuracy"] == np.mean(likely.argmax(axis=1) == prepared.labels)
    assert found["original"] == ladder.measure(RUNGS["original"], prepared)

    apart = np.abs(logits["original"] - logits["he_friendly"])
    pair = found["pairs"]["original/he_friendly"]
    assert pair["logit_error_max"] == apart.max()
    assert pair["logit_error_mean"] == pytest.approx(apart.mean(), rel=1e-12)
    assert pair["label_agreement"] == np.mean(
        logits["original"].argmax(axis=1) == logits["he_friendly"].argmax(axis=1)
    )


def test_logits_that_are_no_numbers_are_no_answer_and_leave_json(prepared: Samples) -> None:
    """A polynomial far outside its interval, as plain substitution may leave it."""
    graph = RUNGS["original"]
    arrays = {name: np.where(array < 0, -1e308, 1e308) for name, array in graph["head"].arrays.items()}
    head = replace(graph["head"], arrays=arrays)
    exploded = replace(graph, nodes=tuple(head if node.name == "head" else node for node in graph))
    found = ladder.compare({"original": graph, "substituted": exploded}, prepared)
    assert found["substituted"] == {"accuracy": 0.0, "cross_entropy": None, "perplexity": None}
    pair = found["pairs"]["original/substituted"]
    assert pair["logit_error_max"] is None
    assert pair["label_agreement"] == 0.0
    # two that explode alike have the same argmax and no label
    assert ladder.compare({"one": exploded, "other": exploded}, prepared)["pairs"]["one/other"] == pair
    assert json.loads(json.dumps(found, allow_nan=False)) == found
