"""Steps of training a second, eager and compiled, in turns on this machine's processor.

`python -m tests.training.steps models/recipes/vit_tiny.yaml --turns 5` trains the HE-friendly architecture
with the recipe's own settings for `--steps` whole batches a turn, each way after the other, and prints their
rates, how much faster the compiled steps are, and how long the first of them took, which compiles.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import torch

from models.pipeline.untrained import untrained
from models.pipeline.work import Conversion
from models.processor import processor
from models.recipe import load
from models.splits import split
from models.training.batches import Feeder
from models.training.fit import Run, Schedule, Work
from models.training.losses import training_loss

BACKENDS = {"eager": None, "compiled": "inductor"}


def prepared(path: Path, steps: int) -> Work:
    """A training of as many whole batches an epoch as there are steps."""
    recipe = load(path)
    conversion = Conversion(recipe, split(recipe), Path(), lambda line: None)
    settings, data = recipe.training, conversion.data
    return Work(
        graph=untrained(conversion, recipe.he_friendly, 0),
        feeder=Feeder(data.fitted.take(range(steps * settings.batch)), data.preparation, recipe.augmentation),
        loss=training_loss(settings, range_aware=True),
        schedule=Schedule(
            epochs=1000,
            batch=settings.batch,
            learning_rate=settings.learning_rate,
            optimiser=settings.optimiser,
            precision=settings.precision,
        ),
        seed=0,
        dropout=settings.dropout,
        stochastic_depth=settings.stochastic_depth,
    )


def timed(run: Run, epoch: int) -> float:
    began = perf_counter()
    run.epoch(epoch)
    return perf_counter() - began


def measured(path: Path, steps: int, turns: int) -> dict[str, object]:
    """The rates of both ways in turns; the first epoch of each is left out of them."""
    work = prepared(path, steps)
    runs = {name: Run(work, backend) for name, backend in BACKENDS.items()}
    first = {name: timed(run, 0) for name, run in runs.items()}
    loads = [os.getloadavg()[0]]
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(turns):
        for name, run in runs.items():
            rates[name].append(steps / timed(run, turn + 1))
        loads.append(os.getloadavg()[0])
    ratios = [after / before for before, after in zip(rates["eager"], rates["compiled"], strict=True)]
    return {
        "steps_per_s": rates,
        "compiled_over_eager": {"each": ratios, "median": median(ratios)},
        "first_epoch_s": first,
        "loads": loads,
        "cpu": processor(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(measured(asked.recipe, asked.steps, asked.turns), indent=1) + "\n")


if __name__ == "__main__":
    main()
