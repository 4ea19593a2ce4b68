"""Training towards the answers of a model, before polynomials are put in place and after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models import checkpoint
from models.approximation.reciprocal import NAME as RECIPROCAL
from models.graph import Graph, Node
from models.operations import declared
from models.pipeline.judging import learnt_from
from models.pipeline.machine import machine
from models.pipeline.work import Conversion, Report, Trained
from models.shapes import value_shapes
from models.training.settings import DistillationSettings

Intervals = dict[str, tuple[float, float]]


def tightened(conversion: Conversion, graph: Graph, teachers: Mapping[str, Graph]) -> Trained | None:
    """The graph with its activations still exact and their inputs shorter, where the recipe asks for it.

    Its BatchNorms go on with the statistics of batches: without them such a training is unstable.
    """
    settings = conversion.recipe.tightening
    if settings is None:
        return None
    shapes = value_shapes(graph)
    wanted: Intervals = {}
    for node in graph:
        if declared(node.operation).calibrated == "input":
            in_attention = len(shapes[node.name]) == 3
            bound = settings.attention_bound if in_attention else settings.mlp_bound
            wanted[node.name] = (-bound, bound)
    return _distilled(conversion, "tightening", settings, graph, wanted, teachers[settings.teacher])


def fine_tuned(conversion: Conversion, graph: Graph, teachers: Mapping[str, Graph]) -> Trained | None:
    """The graph trained on with its polynomials in place, where the recipe asks for it."""
    settings = conversion.recipe.fine_tuning
    if settings is None:
        return None
    return _distilled(
        conversion, "fine_tuning", settings, graph, intervals(graph), teachers[settings.teacher]
    )


def intervals(graph: Graph) -> Intervals:
    """Where the input of each approximation should lie: the interval of its first polynomial.

    Another polynomial of a composition reads what the one before makes, a sign for one, which is right where
    it is at the ends of its interval. Of 1/x the upper end alone counts: what it reads is a sum that is never
    negative, and below its interval it stays bounded. Sums of powers lie near the lower end, so that keeping
    them away from there would drive them up without end.
    """
    firsts = (
        node
        for node in graph
        if node.operation == "polynomial" and graph[node.inputs[0]].operation != "polynomial"
    )
    return {node.name: _interval(node) for node in firsts}


def _interval(node: Node) -> tuple[float, float]:
    low, high = node.attributes["interval"]
    if node.attributes["function"] == RECIPROCAL:
        low = -high
    return float(low), float(high)


def _distilled(
    conversion: Conversion,
    part: str,
    settings: DistillationSettings,
    graph: Graph,
    wanted: Intervals,
    teacher: Graph,
) -> Trained:
    """A graph trained towards a teacher's answers, its inputs of activations kept inside intervals."""
    from models.training.batches import Feeder
    from models.training.fit import Schedule, Work, device, fit
    from models.training.losses import distillation_loss

    recipe, data = conversion.recipe, conversion.data

    def make(state: Path, report: Report) -> Trained:
        work = Work(
            graph=graph,
            feeder=Feeder(data.fitted, data.preparation, recipe.augmentation, device()),
            loss=distillation_loss(wanted, teacher, settings, device()),
            schedule=Schedule(
                epochs=settings.epochs,
                batch=recipe.training.batch,
                learning_rate=settings.learning_rate,
                precision=settings.precision,
            ),
            seed=recipe.training.seeds[0],
            state=state,
        )
        trained, wall_s = fit(work, recipe.training.threads, report)
        return Trained(trained, {"wall_s": wall_s, "machine": machine(recipe.training.threads)})

    depends_on = (
        checkpoint.graph_digest(graph),
        checkpoint.graph_digest(teacher),
        recipe.digest(part, "training", "augmentation"),
        *learnt_from(teacher),
    )
    return conversion.stage(part, "-".join((part, *depends_on)), make)
