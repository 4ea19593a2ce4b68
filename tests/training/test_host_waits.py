"""How often the host waits for the device, or sends it something, in training: never but for an epoch's loss.

The loop runs on torch's `meta` device, which has no data to read: whatever asks it for a number raises. What
crosses between it and the host's memory is counted at the dispatcher.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from models import conversion
from models.data import catalogue, preparation
from models.data.augmentation import Augmentation
from models.data.digits import PREPARATION
from models.data.literals import Characters
from models.data.sources import Text
from models.graph import Graph
from models.training.batches import Feeder
from models.training.fit import Loss, Run, Schedule, Work
from models.training.losses import distillation_loss, training_loss
from models.training.module import Evaluation
from models.training.settings import DistillationSettings, TrainingSettings
from tests.training.graphs import VISION, digits_vit

DEVICE = torch.device("meta")
SETTINGS = TrainingSettings(
    seeds=(0,), epochs=2, batch=64, learning_rate=0.01, warm_up_epochs=1, weight_decay=0.1, range_weight=0.1
)
ALL = Augmentation(crop=1, flip=True, auto_augment=True, erase=0.25, mixup=1.0, cutmix=1.0, mixed=1.0)
SOURCE = catalogue.load("digits", "training").take(range(200))


class Crossings(TorchDispatchMode):
    """The calls that read the device or write to it from the host, numbers with no axis apart.

    A number of the host goes along with the call that uses it, as a Python number does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        before = {one.device for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor) and one.ndim}
        after = {one.device for one in tree_leaves(result) if isinstance(one, Tensor)}
        if len(before | after) > 1:
            self.found.append(function.__name__)
        return result


def crossings(work: Work) -> list[str]:
    """What crosses in an epoch of the real loop, its set-up before it apart."""
    run = Run(work)
    with Crossings() as counted:
        run.epoch(0)
    return counted.found


def work(graph: Graph, loss: Loss, **changes: Any) -> Work:
    feeder = Feeder(SOURCE, PREPARATION, ALL, DEVICE)
    schedule = Schedule(epochs=2, batch=64, learning_rate=0.01, warm_up_epochs=1)
    return replace(Work(graph, feeder, loss, schedule, 0, 0.1, 0.1), **changes)


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_an_epoch_of_training_with_every_change_of_images_asks_nothing(optimiser: str) -> None:
    schedule = Schedule(epochs=2, batch=64, learning_rate=0.01, optimiser=optimiser)
    found = crossings(work(digits_vit(VISION), training_loss(SETTINGS, True), schedule=schedule))
    assert found == []


def test_an_epoch_of_fine_tuning_with_polynomials_asks_nothing() -> None:
    graph = digits_vit(VISION)
    inputs = preparation.samples(SOURCE, PREPARATION, range(32)).inputs
    settings = conversion.ConversionSettings(attention_degree=4, mlp_degree=4, margin=2.0, value_size=1.0)
    frozen = conversion.freeze(graph)
    polynomial = conversion.substitute(frozen, conversion.calibrate(frozen, inputs), settings)
    intervals = {
        node.name: tuple(node.attributes["interval"]) for node in polynomial if node.operation == "polynomial"
    }
    distilled = DistillationSettings(epochs=1, learning_rate=0.01, labels=0.5)
    assert crossings(work(polynomial, distillation_loss(intervals, frozen, distilled, DEVICE))) == []


def test_an_epoch_of_texts_asks_nothing() -> None:
    text = Text("abcdefghij" * 210)
    literal = Characters(context=5, vocabulary=tuple("abcdefghij"))
    feeder = Feeder(text, literal, Augmentation(random_windows=True), DEVICE)
    with Crossings() as counted:
        inputs, labels = feeder.batch(feeder.order()[:64])
    assert (inputs.shape, labels.shape, counted.found) == ((64, 5), (64, 5), [])


@pytest.mark.parametrize(
    "asked",
    [
        lambda loss: float(loss),
        lambda loss: loss.tolist(),
        lambda loss: bool(loss > 0),
        lambda loss: loss.cpu(),
    ],
)
def test_whatever_asks_the_device_is_told(asked: Callable[[Tensor], object]) -> None:
    plain = training_loss(SETTINGS, True)

    def curious(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        loss = plain(evaluation, inputs, labels)
        asked(loss.detach())
        return loss

    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        crossings(work(digits_vit(VISION), curious))


def test_whatever_is_sent_to_the_device_is_counted() -> None:
    plain = training_loss(SETTINGS, True)

    def sending(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        torch.from_numpy(np.zeros(3)).to(labels.device)
        return plain(evaluation, inputs, labels)

    assert len(crossings(work(digits_vit(VISION), sending))) == 4  # one a step, of 200 samples by 64
