"""Training is repeatable, learns, and keeps activations' inputs small where it is asked to."""

import numpy as np
import torch

from models.export import export
from models.ladder import accuracy
from models.reference import logits, ranges
from models.training import range_penalty, train
from tests.training.shapes import SETTINGS, SHAPE, few_samples

LONGER = SETTINGS.model_copy(update={"epochs": 40})


def trained(seed: int = 0, range_weight: float = 0.0):  # type: ignore[no-untyped-def]
    settings = LONGER.model_copy(update={"range_weight": range_weight})
    return export(train(SHAPE, True, few_samples(), settings, seed, lambda line: None), "small")


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    inputs = few_samples().inputs
    torch.rand(7)  # the caller's generator and threads do not matter, and are left alone
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    first = trained()
    assert torch.equal(state, torch.random.get_rng_state())
    assert threads == torch.get_num_threads()
    np.testing.assert_array_equal(logits(trained(), inputs), logits(first, inputs))
    assert not np.allclose(logits(trained(seed=1), inputs), logits(first, inputs))


def test_it_learns_what_it_is_shown() -> None:
    assert accuracy(trained(), few_samples()) > 0.9


def test_the_range_term_shortens_every_range() -> None:
    inputs = few_samples().inputs
    free, held = ranges(trained(), inputs), ranges(trained(range_weight=0.3), inputs)
    for name, (low, high) in free.items():
        assert max(map(abs, held[name])) < 0.8 * max(-low, high), name


def test_the_range_term_is_the_mean_of_the_largest_magnitudes() -> None:
    assert range_penalty([torch.tensor([1.0, -4.0]), torch.tensor([[2.0], [0.5]])]).item() == 3.0


def test_progress_is_reported() -> None:
    lines: list[str] = []
    train(SHAPE, False, few_samples(), SETTINGS, 0, lines.append)
    assert len(lines) == 1
    assert lines[0].startswith("epoch 3 of 3, loss ")
