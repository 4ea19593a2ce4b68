"""The losses of the three stages."""

from __future__ import annotations

from torch import Tensor, nn

from models.graph import Graph
from models.training.fit import Loss, device
from models.training.module import Evaluation, GraphModule
from models.training.penalties import overshoot_penalty, range_penalty, variance_penalty
from models.training.settings import FineTuningSettings, TrainingSettings


def task_loss(output: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of `[samples, positions, classes]` against `[samples]` or `[samples, positions]`."""
    return nn.functional.cross_entropy(
        output.float().flatten(0, 1), labels.flatten(), label_smoothing=label_smoothing
    )


def training_loss(settings: TrainingSettings, range_aware: bool) -> Loss:
    """The task's loss, and the terms of range-aware training where they are asked for."""

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        total = task_loss(evaluation.output, labels, settings.label_smoothing)
        if range_aware and settings.range_weight and evaluation.activation_inputs:
            total = total + settings.range_weight * range_penalty(evaluation)
        if range_aware and settings.variance_weight and evaluation.variances:
            total = total + settings.variance_weight * variance_penalty(evaluation)
        return total

    return loss


def fine_tuning_loss(graph: Graph, teacher: Graph, settings: FineTuningSettings) -> Loss:
    """Stay near the teacher's answers and inside the intervals of the graph's polynomials.

    Args:
        graph: what is trained.
        teacher: the HE-friendly model, at inference.
        settings: weights of the terms.
    """
    guide = GraphModule(teacher).to(device()).eval().requires_grad_(False)
    intervals = {
        node.name: tuple(node.attributes["interval"]) for node in graph if node.operation == "polynomial"
    }

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        wanted = guide(inputs).output.float().flatten(0, 1)
        found = evaluation.output.float().flatten(0, 1)
        near = nn.functional.kl_div(
            found.log_softmax(-1), wanted.log_softmax(-1), reduction="batchmean", log_target=True
        )
        right = task_loss(evaluation.output, labels)
        inside = overshoot_penalty(evaluation, intervals, settings.room)
        return (
            settings.distillation * near
            + (1 - settings.distillation) * right
            + settings.overshoot_weight * inside
        )

    return loss
