"""Compiled steps, without a GPU: a graph for each size of a batch, nothing outside, the eager gradients."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch._dynamo.utils import counters

from models import conversion
from models.architectures.options import ORIGINAL
from models.data import catalogue, preparation
from models.data.augmentation import Augmentation
from models.data.digits import PREPARATION
from models.errors import ModelError
from models.training.batches import Feeder
from models.training.compiling import backend_on
from models.training.fit import Run, Schedule, Work
from models.training.losses import distillation_loss, lessons, training_loss, warm_start_loss
from models.training.module import Evaluation
from models.training.settings import (
    DistillationSettings,
    PhaseSettings,
    TrainingSettings,
    WarmStartSettings,
)
from models.warming.streams import hidden_states
from tests.training.graphs import VISION, digits_vit

#: Compiles gradients too, and then calls torch's own operations: what takes time is left out.
BACKEND = "aot_eager"
SETTINGS = TrainingSettings(
    seeds=(0,),
    epochs=1,
    batch=64,
    learning_rate=0.01,
    warm_up_epochs=0,
    weight_decay=0.1,
    range_weight=0.1,
    variance_weight=0.1,
)
SCHEDULE = Schedule(epochs=2, batch=64, learning_rate=0.01)
SOURCE = catalogue.load("digits", "training")


def training(count: int) -> Work:
    """Of the original with every term of its loss and both kinds of dropout; Mixup makes shares of labels."""
    feeder = Feeder(SOURCE.take(range(count)), PREPARATION, Augmentation(crop=1, mixup=1.0, mixed=1.0))
    return Work(digits_vit(ORIGINAL), feeder, training_loss(SETTINGS, True), SCHEDULE, 0, 0.1, 0.1)


def muon_in_bfloat16() -> Work:
    schedule = replace(SCHEDULE, optimiser="muon", precision="bfloat16")
    return replace(training(64), graph=digits_vit(VISION), schedule=schedule)


def distillation() -> Work:
    """Of a graph with polynomials."""
    frozen = conversion.freeze(digits_vit(VISION))
    inputs = preparation.samples(SOURCE, PREPARATION, range(32)).inputs
    settings = conversion.ConversionSettings(attention_degree=4, mlp_degree=4, margin=2.0, value_size=1.0)
    polynomial = conversion.substitute(frozen, conversion.calibrate(frozen, inputs), settings)
    intervals = {
        node.name: tuple(node.attributes["interval"]) for node in polynomial if node.operation == "polynomial"
    }
    distilled = DistillationSettings(epochs=1, learning_rate=0.01, labels=0.5)
    return replace(
        training(64),
        graph=polynomial,
        feeder=Feeder(SOURCE.take(range(64)), PREPARATION),
        loss=distillation_loss(intervals, frozen, distilled),
    )


def warm_start() -> Work:
    """Of the phase in which each part is given the teacher's hidden states."""
    teacher, begun = digits_vit(ORIGINAL), digits_vit(VISION, seed=2)
    states = hidden_states(teacher, begun)
    taught = lessons(teacher, states)
    phase = PhaseSettings(epochs=1, learning_rate=0.01)
    return replace(
        training(64),
        graph=begun,
        loss=warm_start_loss(taught, teacher, WarmStartSettings(whole=phase), SETTINGS),
        watched=states,
        lessons=taught,
    )


def epoch(work: Work, backend: str | None) -> tuple[Tensor, list[Tensor], int]:
    """The loss of an epoch, the gradients of its last step, and the graphs compiled in it and one more."""
    before = counters["stats"]["unique_graphs"]
    run = Run(work, backend)
    loss = run.epoch(0)
    gradients = [one.grad for one in run.module.parameters() if one.grad is not None]
    assert gradients
    run.epoch(1)  # at other learning rates
    return loss, gradients, counters["stats"]["unique_graphs"] - before


@pytest.mark.parametrize("make", [lambda: training(64 + 32), muon_in_bfloat16, distillation, warm_start])
def test_a_compiled_step_is_whole_and_has_the_eager_gradients(make: Callable[[], Work]) -> None:
    work = make()
    loss, gradients, none = epoch(work, None)
    found, compiled, graphs = epoch(work, BACKEND)
    rounding = 0.02 if work.schedule.precision == "bfloat16" else 1e-5
    assert (none, graphs) == (0, -(-len(work.feeder) // work.schedule.batch))
    torch.testing.assert_close(found, loss, rtol=rounding, atol=rounding)
    torch.testing.assert_close(compiled, gradients, rtol=rounding, atol=rounding)


def test_a_loss_that_is_no_whole_graph_is_refused() -> None:
    plain = training_loss(SETTINGS, True)

    def curious(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        loss = plain(evaluation, inputs, labels)
        torch._dynamo.graph_break()
        return loss

    work = replace(training(64), loss=curious)
    assert epoch(work, None)[2] == 0
    with pytest.raises(ModelError, match=r"cannot compile a step .* TORCH_COMPILE_DISABLE=1"):
        epoch(work, BACKEND)


def test_steps_are_compiled_on_a_gpu_alone_and_not_where_that_is_disabled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TORCH_COMPILE_DISABLE", raising=False)
    found = {name: backend_on(torch.device(name)) for name in ("cuda", "cpu", "meta")}
    assert found == {"cuda": "inductor", "cpu": None, "meta": None}
    monkeypatch.setenv("TORCH_COMPILE_DISABLE", "1")
    assert backend_on(torch.device("cuda")) is None
