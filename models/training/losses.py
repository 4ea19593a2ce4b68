"""The losses of the three stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from models.graph import Graph
from models.probing import embeds
from models.training.batches import HOST
from models.training.fit import Lessons, Loss
from models.training.module import Evaluation, GraphModule
from models.training.penalties import Intervals, overshoot_penalty, range_penalty, variance_penalty
from models.training.settings import DistillationSettings, TrainingSettings, WarmStartSettings


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
        return total + _ranges(evaluation, settings) if range_aware else total

    return loss


def _ranges(evaluation: Evaluation, settings: TrainingSettings) -> Tensor | float:
    """The terms of range-aware training that are asked for."""
    total: Tensor | float = 0.0
    if settings.range_weight and evaluation.activation_inputs:
        total = total + settings.range_weight * range_penalty(evaluation)
    if settings.variance_weight and evaluation.norm_inputs:
        total = total + settings.variance_weight * variance_penalty(evaluation)
    return total


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
    guide, apart = _guide(teacher, device), answer_distance(teacher)

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        inside = overshoot_penalty(evaluation, intervals, settings.room)
        near = apart(evaluation.output, guide(inputs).output)
        total = near + settings.overshoot_weight * inside
        return total + settings.labels * task_loss(evaluation.output, labels) if settings.labels else total

    return loss


def lessons(teacher: Graph, states: tuple[str, ...], device: torch.device = HOST) -> Lessons:
    """From inputs to the teacher's hidden states and, by the name of its output, its answers."""
    guide = _guide(teacher, device, states)

    def taught(inputs: Tensor) -> dict[str, Tensor]:
        evaluation = guide(inputs)
        return {**evaluation.states, teacher.output: evaluation.output}

    return taught


def warm_start_loss(
    taught: Lessons, teacher: Graph, settings: WarmStartSettings, training: TrainingSettings
) -> Loss:
    """Stay near the teacher's answers and hidden states, with short ranges.

    Args:
        taught: the teacher's, asked for where the model was not given them already.
        teacher: whose they are.
        settings: weights of the terms.
        training: the weights of the terms of range-aware training.
    """
    apart = answer_distance(teacher)

    def loss(evaluation: Evaluation, inputs: Tensor, labels: Tensor) -> Tensor:
        wanted = evaluation.forced or taught(inputs)
        total = apart(evaluation.output, wanted[teacher.output]) + _ranges(evaluation, training)
        if evaluation.states:
            total = total + settings.states_weight * states_distance(evaluation.states, wanted, inputs)
        return total + settings.labels * task_loss(evaluation.output, labels) if settings.labels else total

    return loss


def answer_distance(teacher: Graph) -> Callable[[Tensor, Tensor], Tensor]:
    """How far answers are from a teacher's, by their kind: those of labels, or embeddings."""
    return _turned_away if embeds(teacher) else _divergence


def _turned_away(found: Tensor, wanted: Tensor) -> Tensor:
    """One minus the cosine of each sample's answer and that wanted, a mean over samples."""
    rows = (answers.float().flatten(1) for answers in (found, wanted))
    return 1 - nn.functional.cosine_similarity(*rows).mean()


def _divergence(found: Tensor, wanted: Tensor) -> Tensor:
    """The divergence of answers `[samples, positions, classes]` from those wanted, a mean over answers."""
    logarithms = (answers.float().flatten(0, 1).log_softmax(-1) for answers in (found, wanted))
    return nn.functional.kl_div(*logarithms, reduction="batchmean", log_target=True)


def states_distance(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
    """Mean over hidden states of the square distance from those wanted, relative to how far those scatter.

    Args:
        found: name → `[samples, tokens, features]`.
        wanted: likewise; it may hold more.
        inputs: of the model. A token that is padding in them, a number below 0, does not count.
    """
    terms = []
    for name, state in found.items():
        target = wanted[name].float()
        apart, spread = (state.float() - target).square().mean(-1), target.var(-1, unbiased=False)
        if inputs.ndim == 2 and inputs.shape == apart.shape:
            apart, spread = apart * (inputs >= 0), spread * (inputs >= 0)
        terms.append(apart.sum() / spread.sum())
    return torch.stack(terms).mean()


def _guide(teacher: Graph, device: torch.device, watched: tuple[str, ...] = ()) -> GraphModule:
    """A teacher, at inference."""
    guide = GraphModule(teacher, watched=watched)
    guide.to(device).eval().requires_grad_(False)
    return guide
