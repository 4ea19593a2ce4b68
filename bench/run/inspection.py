"""What a model is, and what each way to a polynomial would cost, told from its sizes alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import perf_counter

import psutil

from backends.errors import BackendError
from backends.parameters import BootstrapParameters, ParameterSet
from backends.planner import plan, refresh_for
from backends.program import Program
from backends.registry import Descriptor, available
from backends.repeated import plan_repeated
from backends.tensor.layout import Layout
from bench.run.estimates import counts
from bench.run.prediction.prediction import Prediction, predict
from bench.run.prediction.predictor import Predictor, predictor
from bench.run.prediction.work import Setting
from models.architectures.options import ORIGINAL
from models.architectures.shapes import too_many
from models.errors import ModelError
from models.graph import Graph
from models.shapes import value_shapes
from models.sketches.routes import ROUTES, Assumed, Model
from models.sketches.stretched import Stretched
from models.sketches.weightless import weightless
from reports.record import Record

#: The parameter set at which all suites of models bootstrap at 128 bits.
PARAMETERS = ParameterSet(
    log_n=16,
    first_modulus_bits=51,
    scale_bits=47,
    depth=24,
    digits=4,
    secret="sparse_encapsulated",
    bootstrap=BootstrapParameters((3, 3), 4, 16),
)


@dataclass(frozen=True)
class Sizes:
    """What a model is made of.

    Attributes:
        blocks: pairs of attention and MLP.
        width: features of the residual stream.
        heads: those of each attention; several where stages differ.
        hidden: features inside an MLP.
        tokens: of one sample.
        features: of one token as it comes: of a text the size of the vocabulary.
        classes: logits of a position.
        parameters: weights.
        not_polynomial: operation → how many nodes of it there are.
    """

    blocks: int
    width: int
    heads: tuple[int, ...]
    hidden: int
    tokens: int
    features: int
    classes: int
    parameters: int
    not_polynomial: Mapping[str, int]


@dataclass(frozen=True)
class Planned:
    """What is told of a program, for one batch.

    Attributes:
        layout: that of the slots.
        levels_used: by the longest chain.
        counts: primitive → how often it runs.
        rotation_keys: how many.
        constants: those that take memory.
    """

    layout: Layout
    levels_used: int
    counts: Mapping[str, int]
    rotation_keys: int
    constants: int


@dataclass(frozen=True)
class Cost:
    """What a way costs on a backend, for one batch.

    Attributes:
        route: the name of the way in `ROUTES`.
        backend: its name.
        parameter_set: the parameter set's name.
        reason: why there is no cost; None where there is one.
        planned: what is planned; None where nothing is.
        prediction: what it takes; None where there is none.
        seconds_are: how sure the seconds are, in words.
        plan_s: how long planning took.
    """

    route: str
    backend: str
    parameter_set: str
    reason: str | None = None
    planned: Planned | None = None
    prediction: Prediction | None = None
    seconds_are: str = ""
    plan_s: float = 0.0

    def numbers(self) -> dict[str, object]:
        """For other programs: counts of one batch, bytes and seconds."""
        told: dict[str, object] = {
            "way": self.route,
            "backend": self.backend,
            "parameter_set": self.parameter_set,
            "reason": self.reason,
        }
        if self.planned is None or self.prediction is None:
            return told
        needs = self.prediction.needs
        return {
            **told,
            "samples": self.planned.layout.samples,
            "levels_used": self.planned.levels_used,
            **self.planned.counts,
            "rotation_keys": self.planned.rotation_keys,
            "constants": self.planned.constants,
            "constants_bytes": needs.constants_bytes,
            "keys_bytes": needs.keys_bytes,
            "evaluator_peak_bytes": self.prediction.evaluator_bytes,
            "key_owner_peak_bytes": needs.key_owner_bytes,
            "seconds": dict(self.prediction.seconds),
            "seconds_are": self.seconds_are,
            "plan_s": self.plan_s,
        }


def sizes(model: Model) -> Sizes:
    """What a model is made of; nothing of its size is held in memory."""
    options = ORIGINAL.model_copy(update={"activation": model.activation})
    graph = weightless(model.architecture, options, model.data, model.name)
    shapes = value_shapes(graph)
    maps = [node for node in graph if node.operation == "linear"]
    return Sizes(
        blocks=sum(node.operation == "scores" for node in graph),
        width=max((shapes[node.name][-1] for node in graph if node.operation == "add"), default=0),
        heads=tuple(dict.fromkeys(n.attributes["heads"] for n in graph if n.operation == "split_heads")),
        hidden=max((shapes[n.name][-1] for n in maps if n.name.endswith("expand")), default=0),
        tokens=model.data.tokens,
        features=model.data.features,
        classes=model.data.classes,
        parameters=graph.parameter_count(),
        not_polynomial=dict(Counter(graph[name].operation for name in graph.not_polynomial())),
    )


def unpriced(model: Model) -> str | None:
    """Why nothing is planned of a model; None where ways are."""
    excess = too_many(model.architecture.weights)
    return excess and f"{excess}; price its shape with fewer blocks, of which each costs the same"


def costs(
    model: Model, assumed: Assumed, threads: int = 1, processes: int = 1, records: Sequence[Record] = ()
) -> Iterator[Cost]:
    """What each way costs on each backend that encrypts and bootstraps, one after the other.

    Args:
        model: what is priced.
        assumed: of its polynomials.
        threads: of the evaluator.
        processes: how many plan ways side by side; 1 plans in this one.
        records: of earlier runs, to which the prediction of times is fitted.
    """
    if (reason := unpriced(model)) is not None:
        for name in ROUTES:
            for one in bootstrapping()[0]:
                yield Cost(name, one.name, PARAMETERS.name, reason)
        return
    if processes == 1:
        for name in ROUTES:
            yield from _of_route(name, model, assumed, threads, records)
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        # The last takes longest, so it begins first.
        told = {
            name: pool.submit(_of_route, name, model, assumed, threads, records)
            for name in reversed([*ROUTES])
        }
        for name in ROUTES:
            yield from told[name].result()


def _of_route(
    name: str, model: Model, assumed: Assumed, threads: int, records: Sequence[Record]
) -> list[Cost]:
    """What one way costs."""
    told: list[Cost] = []
    sketch: Stretched | Graph | None = None
    for descriptor in bootstrapping()[0]:
        found = Cost(name, descriptor.name, PARAMETERS.name)
        started = perf_counter()
        try:
            sketch = sketch or ROUTES[name].polynomial(model, assumed)
            known = predictor(descriptor, records)
            told.append(_cost(found, sketch, descriptor, threads, known, started))
        except (BackendError, ModelError) as error:
            told.append(replace(found, reason=str(error)))
    return told


def bootstrapping() -> tuple[list[Descriptor], dict[str, str]]:
    """The backends that encrypt and bootstrap, and why each of the others does not."""
    chosen, others = [], {}
    for name, descriptor in available().items():
        if descriptor.simulates:
            continue
        try:
            capabilities = descriptor.capabilities(PARAMETERS)
        except BackendError as error:
            others[name] = str(error)
            continue
        if capabilities.bootstrap_output_level is None:
            others[name] = str(capabilities.no_bootstrap_reason)
        else:
            chosen.append(descriptor)
    return chosen, others


def _cost(
    found: Cost,
    sketch: Stretched | Graph,
    descriptor: Descriptor,
    threads: int,
    known: Predictor,
    started: float,
) -> Cost:
    capabilities = descriptor.capabilities(PARAMETERS)
    refresh = refresh_for("bootstrap", PARAMETERS, capabilities)
    complex_slots = capabilities.complex_slots
    if isinstance(sketch, Graph):
        program = plan(sketch, PARAMETERS, refresh, complex_slots=complex_slots, runs=False)
    else:
        program = plan_repeated(sketch, PARAMETERS, refresh, complex_slots=complex_slots)
    used = threads if descriptor.threaded else 1
    where = Setting(PARAMETERS, capabilities, used, bootstraps=True, workers=descriptor.workers(used))
    memory = psutil.virtual_memory().total
    return replace(
        found,
        planned=_planned(program),
        prediction=predict(program, 1, where, descriptor, known, memory),
        seconds_are=known.sentence,
        plan_s=perf_counter() - started,
    )


def _planned(program: Program) -> Planned:
    return Planned(
        program.layout,
        program.levels_used,
        counts(program, 1),
        len(program.rotation_steps),
        sum(one.row is not None for one in program.plaintexts),
    )
