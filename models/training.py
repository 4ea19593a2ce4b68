"""Trains one ViT on a CPU, the same weights each time for the same seed and torch version.

Range-minimisation follows Zimerman et al. (ICML 2024): beside the task's loss, large inputs of activations
are penalised, so that a polynomial of low degree on a short interval can follow the activation afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.data.samples import Samples
from models.recipe import TrainingSettings
from models.vit import Vit, VitShape


def train(
    shape: VitShape,
    he_friendly: bool,
    samples: Samples,
    settings: TrainingSettings,
    seed: int,
    report: Callable[[str], None],
) -> Vit:
    """A trained model in evaluation mode, its BatchNorm frozen to float32 scales and shifts."""
    with _deterministic(seed):
        model = Vit(shape, he_friendly)
        optimiser = torch.optim.AdamW(
            model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        steps = math.ceil(len(samples) / settings.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _schedule(settings, steps))
        for epoch in range(settings.epochs):
            loss = _epoch(model, samples, settings, optimiser, schedule)
            if (epoch + 1) % 10 == 0 or epoch + 1 == settings.epochs:
                report(f"epoch {epoch + 1} of {settings.epochs}, loss {loss:.4f}")
    model.eval()
    model.freeze_batch_norm()
    return model


def range_penalty(activation_inputs: list[Tensor]) -> Tensor:
    """Mean over the activations of the largest input's magnitude in the batch."""
    return torch.stack([values.abs().amax() for values in activation_inputs]).mean()


def _epoch(model: Vit, samples: Samples, settings: TrainingSettings, optimiser: Any, schedule: Any) -> float:
    """One pass over the samples in random order; the mean loss."""
    inputs = torch.from_numpy(samples.inputs.astype(np.float32))
    labels = torch.from_numpy(samples.labels)
    model.train()
    losses: list[float] = []
    for chosen in torch.randperm(len(samples)).split(settings.batch):
        output = model(inputs[chosen])
        loss = nn.functional.cross_entropy(
            output.logits, labels[chosen], label_smoothing=settings.label_smoothing
        )
        if output.activation_inputs and settings.range_weight:
            loss = loss + settings.range_weight * range_penalty(output.activation_inputs)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def _schedule(settings: TrainingSettings, steps_per_epoch: int) -> Callable[[int], float]:
    warm_up = max(1, settings.warm_up_epochs * steps_per_epoch)
    total = settings.epochs * steps_per_epoch

    def factor(step: int) -> float:
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, total - warm_up)))

    return factor


@contextmanager
def _deterministic(seed: int) -> Iterator[None]:
    """One thread, deterministic kernels and a seeded generator inside; everything as before afterwards."""
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.use_deterministic_algorithms(deterministic)
        torch.set_num_threads(threads)
