"""The losses of the three stages."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.graph import Graph
from models.training.batches import HOST
from models.training.fit import Loss
from models.training.module import Evaluation, GraphModule
from models.training.penalties import Intervals, overshoot_penalty, range_penalty, variance_penalty
from models.training.settings import DistillationSettings, TrainingSettings


def task_loss(output: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of `[samples, positions, classes]` against labels.

    Args:
        output: of a batch.
        labels: `[samples]` or `[samples, positions]`; or the share of each class, `[samples, classes]`, of
            one position.
        label_smoothing: the part of every label that goes to all classes alike.
    """
    wanted = labels if labels.is_floating_point() else labels.flatten()
    return nn.functional.cross_entropy(output.float().flatten(0, 1), wanted, label_smoothing=label_smoothing)


def training_loss(settings: TrainingSettings, range_aware: bool) -> Loss:
    """The task's loss, and the terms of range-aware training where they are asked for."""

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        total = task_loss(evaluation.output, labels, settings.label_smoothing)
        if range_aware and settings.range_weight and evaluation.activation_inputs:
            total = total + settings.range_weight * range_penalty(evaluation)
        if range_aware and settings.variance_weight and evaluation.norm_inputs:
            total = total + settings.variance_weight * variance_penalty(evaluation)
        return total

    return loss


def distillation_loss(
    intervals: Intervals,
    teacher: Graph,
    settings: DistillationSettings,
    device: torch.device = HOST,
) -> Loss:
    """Stay near the teacher's answers and inside the intervals of activations.

    Args:
        intervals: name of an activation or polynomial → where its inputs should lie.
        teacher: the model whose answers are wanted, at inference.
        settings: weights of the terms.
        device: where the batches are.
    """
    guide = GraphModule(teacher).to(device).eval().requires_grad_(False)

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        wanted = guide(inputs).output.float().flatten(0, 1)
        found = evaluation.output.float().flatten(0, 1)
        near = nn.functional.kl_div(
            found.log_softmax(-1), wanted.log_softmax(-1), reduction="batchmean", log_target=True
        )
        inside = overshoot_penalty(evaluation, intervals, settings.room)
        total = near + settings.overshoot_weight * inside
        return total + settings.labels * task_loss(evaluation.output, labels) if settings.labels else total

    return loss
