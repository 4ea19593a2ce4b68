"""Training: repeatable, resumable, range-aware, and honest where it diverges."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from models.architectures.options import ORIGINAL
from models.data import catalogue
from models.data.augmentation import Augmentation
from models.data.digits import PREPARATION
from models.errors import DivergenceError, ModelError
from models.graph import FIXED_ARRAYS, Graph
from models.training.batches import Feeder
from models.training.fit import Loss, Schedule, Work, fit
from models.training.losses import distillation_loss, training_loss
from models.training.module import Evaluation, GraphModule
from models.training.penalties import overshoot_penalty, range_penalty, variance_penalty
from models.training.settings import DistillationSettings, TrainingSettings
from tests.training.graphs import LANGUAGE, VISION, digits_vit

SETTINGS = TrainingSettings(
    seeds=(0,), epochs=2, batch=64, learning_rate=0.01, warm_up_epochs=0.5, weight_decay=0.1
)
SCHEDULE = Schedule(epochs=2, batch=64, learning_rate=0.01, warm_up_epochs=0.5, weight_decay=0.1)


def work(graph: Graph, count: int = 256, **changes: object) -> Work:
    source = catalogue.load("digits", "training").take(range(count))
    feeder = Feeder(source, PREPARATION, Augmentation(crop=1))
    settled = Work(graph, feeder, training_loss(SETTINGS, range_aware=False), SCHEDULE, seed=3, dropout=0.1)
    return replace(settled, **changes)


def weights(graph: Graph) -> np.ndarray:
    return np.concatenate([array.ravel() for node in graph for array in node.arrays.values()])


def silent(line: str) -> None:
    pass


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(optimiser: str) -> None:
    schedule = replace(SCHEDULE, optimiser=optimiser)
    first = fit(work(digits_vit(VISION), schedule=schedule), 1, silent).graph
    again = fit(work(digits_vit(VISION), schedule=schedule), 1, silent).graph
    other = fit(work(digits_vit(VISION), schedule=schedule, seed=4), 1, silent).graph
    assert np.array_equal(weights(first), weights(again))
    assert not np.array_equal(weights(first), weights(other))


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_an_interrupted_training_ends_in_the_same_weights(optimiser: str, tmp_path: Path) -> None:
    schedule = replace(SCHEDULE, epochs=3, optimiser=optimiser)
    whole = fit(work(digits_vit(VISION), schedule=schedule), 1, silent).graph
    interrupted = work(digits_vit(VISION), schedule=schedule, state=tmp_path / "state.pt")

    def stop_after_two(line: str) -> None:
        if line.startswith("epoch 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(interrupted, 1, stop_after_two)
    lines: list[str] = []
    resumed = fit(interrupted, 1, lines.append).graph
    assert [line[:12] for line in lines] == ["epoch 3 of 3"]
    assert np.array_equal(weights(resumed), weights(whole))


def test_the_time_of_epochs_before_an_interruption_counts(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    fit(work(digits_vit(VISION), state=path), 1, silent)
    state = torch.load(path, weights_only=True)
    assert 0 < state["seconds"] < 100
    torch.save(state | {"seconds": 1000.0, "epochs": 1}, path)
    assert 1000 < fit(work(digits_vit(VISION), state=path), 1, silent).wall_s < 1100


def test_a_state_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"no state")
    with pytest.raises(ModelError, match=r"state\.pt holds no state .* delete it"):
        fit(work(digits_vit(VISION), state=tmp_path / "state.pt"), 1, silent)


def test_a_loss_that_is_no_number_is_refused() -> None:
    schedule = replace(SCHEDULE, learning_rate=1e30, gradient_norm=1e30, warm_up_epochs=0)
    with pytest.raises(DivergenceError, match="use a smaller learning_rate"):
        fit(work(digits_vit(ORIGINAL), schedule=schedule), 1, silent)


def test_a_step_that_runs_away_is_not_the_end_of_the_weights() -> None:
    """One gradient of twelve is no number; weights stay numbers, and so does what is told of an epoch."""
    lines: list[str] = []
    loss = running_away(every=12)
    fitted = fit(work(digits_vit(VISION), count=768, loss=loss), 1, lines.append).graph
    assert np.isfinite(weights(fitted)).all()
    assert all(np.isfinite(float(line.rpartition(" ")[2])) for line in lines)


def test_many_steps_that_run_away_are_refused() -> None:
    with pytest.raises(DivergenceError, match="use a smaller learning_rate"):
        fit(work(digits_vit(VISION), count=768, loss=running_away(every=3)), 1, silent)


def running_away(every: int) -> Loss:
    """A loss that is finite and whose gradient now and then is not."""
    plain, calls = training_loss(SETTINGS, range_aware=False), itertools.count(1)

    def sometimes(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        loss = plain(evaluation, inputs, labels)
        return loss + (loss - loss.detach()).sqrt() if next(calls) % every == 0 else loss

    return sometimes


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_arrays_of_two_axes_or_more_are_decayed_and_no_others(optimiser: str) -> None:
    def nothing(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        return 0 * evaluation.output.sum()

    graph = digits_vit(LANGUAGE)
    schedule = replace(SCHEDULE, optimiser=optimiser)
    after = fit(work(graph, loss=nothing, schedule=schedule, dropout=0.0), 1, silent).graph
    for node in graph:
        for name, array in node.arrays.items():
            if array.any() and name not in FIXED_ARRAYS:
                decayed = np.abs(after[node.name].arrays[name]).max() < np.abs(array.astype("f4")).max()
                assert decayed == (array.ndim > 1), f"{node.name}/{name}"
    decayed_biases = {"embedding", "blocks.0.attention.score_bias"}
    assert decayed_biases <= {node.name for node in graph if node.arrays.get("bias", np.zeros(1)).ndim > 1}


def test_the_generator_and_the_settings_of_torch_are_as_before_afterwards() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    threads = torch.get_num_threads()
    fit(work(digits_vit(VISION), count=64), 1, silent)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_half_precision_and_fractions_of_epochs() -> None:
    lines: list[str] = []
    schedule = replace(SCHEDULE, epochs=1.5, precision="bfloat16")
    graph = fit(work(digits_vit(VISION), schedule=schedule), 1, lines.append).graph
    assert len(lines) == 2
    assert np.isfinite(weights(graph)).all()


@pytest.mark.parametrize(
    ("options", "weight", "penalty"),
    [(VISION, "range_weight", range_penalty), (LANGUAGE, "variance_weight", variance_penalty)],
)
def test_range_aware_training_shortens_what_it_penalises(options, weight, penalty) -> None:
    inputs, _ = Feeder(catalogue.load("digits", "held_out"), PREPARATION).batch(torch.arange(64))
    found = {}
    for strength in (0.0, 5.0):
        settings = SETTINGS.model_copy(update={weight: strength})
        loss = training_loss(settings, range_aware=True)
        schedule = replace(SCHEDULE, epochs=4)
        graph = fit(work(digits_vit(options), loss=loss, schedule=schedule), 1, silent).graph
        found[strength] = float(penalty(GraphModule(graph).eval()(inputs)).detach())
    assert found[5.0] < 0.9 * found[0.0]  # 0.42 to 0.81 over five seeds


def test_only_range_aware_training_has_its_terms() -> None:
    graph = digits_vit(VISION)
    settings = SETTINGS.model_copy(update={"range_weight": 1.0})
    evaluation = GraphModule(graph)(torch.randn(4, 16, 4))
    labels = torch.tensor([0, 1, 2, 3])
    plain = training_loss(settings, range_aware=False)(evaluation, torch.zeros(1), labels)
    aware = training_loss(settings, range_aware=True)(evaluation, torch.zeros(1), labels)
    torch.testing.assert_close(aware - plain, range_penalty(evaluation))


def test_inputs_inside_the_inner_part_of_their_intervals_cost_nothing() -> None:
    evaluation = GraphModule(digits_vit(VISION))(torch.randn(4, 16, 4))
    widest = {
        name: (-2 * float(values.detach().abs().max()), 2 * float(values.detach().abs().max()))
        for name, values in evaluation.activation_inputs.items()
    }
    assert float(overshoot_penalty(evaluation, widest, room=0.5).detach()) == pytest.approx(0, abs=1e-6)
    assert float(overshoot_penalty(evaluation, widest, room=0.9).detach()) > 0


def test_distillation_is_nothing_where_the_answers_are_the_teacher_s() -> None:
    graph = digits_vit(VISION)
    loss = distillation_loss({}, graph, DistillationSettings(epochs=1, learning_rate=0.1, overshoot_weight=0))
    inputs = torch.randn(4, 16, 4)
    evaluation = GraphModule(graph).eval()(inputs)
    assert float(loss(evaluation, inputs, torch.tensor([0, 1, 2, 3])).detach()) == pytest.approx(0, abs=1e-6)
