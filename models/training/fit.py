"""Trains a graph: the same weights each time for the same settings, seed, threads and version of torch.

Every epoch ends in a saved state, from which an interrupted training goes on to the same weights.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.errors import DivergenceError, ModelError
from models.graph import Graph
from models.training.batches import Feeder
from models.training.compiling import backend_on, compiled, descend
from models.training.module import Evaluation, GraphModule

#: Loss of a batch: what the model gave, its inputs, and the labels `[samples]` or `[samples, positions]`.
Loss = Callable[[Evaluation, Tensor, Tensor], Tensor]
#: From a batch's inputs to values by name, such as a teacher's hidden states.
Lessons = Callable[[Tensor], Mapping[str, Tensor]]
Report = Callable[[str], None]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast.

    Attributes:
        epochs: passes over the samples.
        batch: samples per step.
        learning_rate: the highest, before a cosine decay to 0.
        warm_up_epochs: linear, before.
        weight_decay: the weight decay of the optimiser; see `_optimisers` for what is decayed.
        gradient_norm: longest gradient that is followed.
        optimiser: `adamw` or `muon`.
        precision: `float32` or `bfloat16`.
    """

    epochs: float
    batch: int
    learning_rate: float
    warm_up_epochs: float = 0.0
    weight_decay: float = 0.0
    gradient_norm: float = 1.0
    optimiser: str = "adamw"
    precision: str = "float32"

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        """Part of the learning rate at a step."""
        warm_up = max(1, round(self.warm_up_epochs * steps_per_epoch))
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


@dataclass(frozen=True)
class Work:
    """What is trained, on what.

    Attributes:
        graph: with the weights to begin with.
        feeder: makes the batches, on the device where training takes place.
        loss: the loss of a batch.
        schedule: how long and how fast.
        seed: the seed of the order of the samples, of augmentation and of dropout.
        dropout: see `GraphModule`.
        stochastic_depth: likewise.
        watched: likewise.
        lessons: what the values of the model are replaced by, from a batch's inputs; see `GraphModule`.
        state: file of the state after the last whole epoch; None keeps none.
    """

    graph: Graph
    feeder: Feeder
    loss: Loss
    schedule: Schedule
    seed: int
    dropout: float = 0.0
    stochastic_depth: float = 0.0
    watched: tuple[str, ...] = ()
    lessons: Lessons | None = None
    state: Path | None = None


class Fitted(NamedTuple):
    """A graph with its trained arrays, and the seconds of all its epochs, those before interruptions too."""

    graph: Graph
    wall_s: float


def fit(work: Work, threads: int, report: Report) -> Fitted:
    """The graph with its trained arrays.

    Args:
        work: what is trained.
        threads: the threads of the processor.
        report: takes a line an epoch.

    Raises:
        DivergenceError: the loss is not a number any more.
        ModelError: the saved state cannot be read.
    """
    with _deterministic(threads, work.feeder.device):
        run = Run(work, backend_on(work.feeder.device))
        first = run.resume()
        for epoch in range(first, run.epochs):
            started = time.perf_counter()
            loss = float(run.epoch(epoch))  # the one time in an epoch that the host waits for the device
            run.seconds += time.perf_counter() - started
            if not math.isfinite(loss):
                raise DivergenceError(
                    f"{work.graph.name}: the loss of epoch {epoch + 1} is {loss}; use a smaller learning_rate"
                )
            run.save(epoch + 1)
            report(f"epoch {epoch + 1} of {run.epochs}, loss {loss:.4f}")
        return Fitted(run.module.eval().graph(), run.seconds)


def device() -> torch.device:
    """Where torch trains: a GPU if it finds one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """A training under way.

    Attributes:
        work: what is trained.
        module: the graph's, on the feeder's device.
        epochs: how many there will be.
        seconds: what whole epochs took.
    """

    def __init__(self, work: Work, backend: str | None = None) -> None:
        """Set up the module and its optimisers.

        Args:
            work: what is trained.
            backend: what of torch compiles the steps; None does not compile them.
        """
        self.work = work
        self._device = work.feeder.device
        module = GraphModule(work.graph, work.dropout, work.stochastic_depth, work.watched)
        self.module = module.to(self._device)
        self._per_epoch = math.ceil(len(work.feeder) / work.schedule.batch)
        self._steps = max(1, round(work.schedule.epochs * self._per_epoch))
        self.epochs = math.ceil(self._steps / self._per_epoch)
        self._optimisers = _optimisers(work.graph, self.module, work.schedule)
        self._loss = self._eager_loss if backend is None else compiled(self._eager_loss, backend)
        self.seconds = 0.0

    def epoch(self, epoch: int) -> Tensor:
        """One pass over the samples in an order of its own; the mean loss, on the device.

        Nothing in it asks the device for a number or sends it one, so the host runs ahead of the device.
        """
        work, first = self.work, epoch * self._per_epoch
        self.module.train()
        # order, changes of samples and dropout go on alike after an interruption
        torch.manual_seed(work.seed * 100_003 + epoch)
        order = work.feeder.order()
        losses = []
        for step in range(first, min(first + self._per_epoch, self._steps)):
            start = (step - first) * work.schedule.batch
            inputs, labels = work.feeder.batch(order[start : start + work.schedule.batch])
            losses.append(self._step(step, inputs, labels))
        return self._mean(torch.stack(losses))

    def _step(self, step: int, inputs: Tensor, labels: Tensor) -> Tensor:
        schedule = self.work.schedule
        factor = schedule.factor(step, self._steps, self._per_epoch)
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = schedule.learning_rate * factor
        self.module.zero_grad(set_to_none=True)
        loss = descend(self._loss, inputs, labels)
        norm = nn.utils.clip_grad_norm_(self.module.parameters(), schedule.gradient_norm)
        self._forget_what_is_no_number()
        for optimiser in self._optimisers:
            optimiser.step()
        return torch.where(torch.isfinite(norm), loss, torch.nan)

    def _eager_loss(self, inputs: Tensor, labels: Tensor) -> Tensor:
        half = self.work.schedule.precision == "bfloat16"
        with torch.autocast(self._device.type, torch.bfloat16) if half else contextlib.nullcontext():
            forced = None if self.work.lessons is None else self.work.lessons(inputs)
            evaluation = self.module(inputs, forced)
        return self.work.loss(evaluation, inputs, labels)

    def _forget_what_is_no_number(self) -> None:
        """Let a gradient that is not finite count as 0; the clipping has made all of it NaN or 0.

        A polynomial has no bound outside its interval, and one sample that runs away would be the end of the
        weights.
        """
        for parameter in self.module.parameters():
            if parameter.grad is not None:
                parameter.grad.nan_to_num_(nan=0.0)

    def _mean(self, losses: Tensor) -> Tensor:
        """Of an epoch's steps, those aside whose gradient counts as 0.

        NaN where these are more than a tenth, or where statistics of a BatchNorm are no numbers.
        """
        kept = torch.isfinite(losses)
        mean = torch.where(kept, losses, 0).double().sum() / kept.sum()
        sound = kept.double().mean() >= 0.9
        for statistics in self.module.buffers():
            sound = sound & torch.isfinite(statistics).all()
        return torch.where(sound, mean, torch.nan)

    def resume(self) -> int:
        """Take up the saved state, if there is one; the number of epochs done."""
        if self.work.state is None or not self.work.state.is_file():
            return 0
        try:
            state = torch.load(self.work.state, map_location=self._device, weights_only=True)
        except (OSError, RuntimeError, pickle.UnpicklingError) as error:
            raise ModelError(
                f"{self.work.state} holds no state of a training; delete it to train anew"
            ) from error
        self.module.load_state_dict(state["module"])
        for optimiser, saved in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.seconds = float(state["seconds"])
        return int(state["epochs"])

    def save(self, epochs: int) -> None:
        """Write the state whole, or leave the last one as it is."""
        path = self.work.state
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "epochs": epochs,
            "seconds": self.seconds,
            "module": self.module.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)


def _optimisers(graph: Graph, module: GraphModule, schedule: Schedule) -> list[Any]:
    """AdamW for everything, or Muon (K. Jordan 2024) for the matrices inside the blocks.

    Muon makes the update of a matrix orthogonal. It is scaled to the length of AdamW's, so that both share a
    learning rate. Both decay the arrays of two axes or more: beside the matrices, the embedding of positions
    and the biases on scores, per head or of relative positions. Biases of features and norms, those over
    heads too, have one axis and are not decayed.
    """
    linear = [node for node in graph if node.operation == "linear"]
    ends = {linear[0].name, linear[-1].name}
    matrices = [module.array(node, "weight") for node in linear if node.name not in ends]
    if schedule.optimiser == "adamw":
        matrices = []
    chosen = {id(matrix) for matrix in matrices}
    rest = [parameter for parameter in module.parameters() if id(parameter) not in chosen]
    decayed = [parameter for parameter in rest if parameter.ndim > 1]
    groups = [
        {"params": decayed, "weight_decay": schedule.weight_decay},
        {"params": [parameter for parameter in rest if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
    found: list[Any] = [torch.optim.AdamW(groups, lr=schedule.learning_rate)]
    if matrices:
        found.append(
            torch.optim.Muon(
                matrices,
                lr=schedule.learning_rate,
                weight_decay=schedule.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
        )
    return found


@contextlib.contextmanager
def _deterministic(threads: int, on: torch.device) -> Iterator[None]:
    """Deterministic kernels and a generator of its own inside; everything as before afterwards."""
    fill = torch.utils.deterministic.fill_uninitialized_memory
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), fill
    torch.set_num_threads(threads)
    if on.type == "cuda":
        os.environ.setdefault(
            "CUBLAS_WORKSPACE_CONFIG", ":4096:8"
        )  # without it CUDA refuses to be deterministic
    torch.use_deterministic_algorithms(True, warn_only=on.type == "cuda")
    # Fills every new array; no operation of a graph reads one before it writes it. A sixth of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        with torch.random.fork_rng():
            yield
    finally:
        torch.utils.deterministic.fill_uninitialized_memory = before[2]
        torch.use_deterministic_algorithms(before[1])
        torch.set_num_threads(before[0])
