"""What a case brings to its cells: the rungs of its model, its samples, and what each clear rung answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.errors import UserError
from bench.run.clear_rungs import HeldOut, Progress, answers, unseen
from bench.spec.cases import LayerCase, LayerLiteral, ModelCase, layer_shape
from bench.spec.cells import Cell
from models import checkpoint, reference
from models.data import catalogue, literals
from models.data.own import Labelled, OwnData, Table
from models.data.samples import Samples
from models.data.sources import Source, Text
from models.embedding import Parted, graph_holder, parted
from models.errors import ModelError, ScoreError
from models.graph import Array, Graph
from models.layers import layer, layer_inputs
from models.metrics.arrays import Labels
from models.metrics.catalogue import AGREEMENT, metric_of
from models.metrics.metric import Metric, check_outputs
from models.metrics.scores import named
from models.probing import embeds
from models.shapes import value_shapes
from reports import identity
from reports.record import Shape

#: Keys of a layer that older records do not know; the digest of a layer that has their defaults is theirs.
LATER = ("blocks", "mlp_ratio")


@dataclass(frozen=True)
class Workload:
    """One case on its samples.

    Attributes:
        graphs: rung → graph.
        metric: by which the case's rungs are judged; None where samples have no labels to judge by.
        held_out: the set on which the clear rungs are compared; None where there is none.
        samples: the first few of it, which the cells run.
        model_digest: the digest of all rungs.
        shape_kind: the architecture, or the kind of the layer.
        progress: told how far `scores` is.
    """

    graphs: Mapping[str, Graph]
    metric: Metric | None
    held_out: HeldOut | None
    samples: Samples
    model_digest: str
    shape_kind: str
    progress: Progress

    @cached_property
    def parts(self) -> Parted:
        """The polynomial rung: what the key owner computes of it, and what the evaluator does."""
        return parted(self.graphs["polynomial"])

    @property
    def polynomial(self) -> Graph:
        """What the evaluator computes of the polynomial rung."""
        return self.parts.served

    @cached_property
    def encrypted_inputs(self) -> reference.Inputs:
        """The samples as the key owner encrypts them, its embedding looked up where it holds one."""
        return self.parts.encrypted(self.samples.inputs)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the samples."""
        return self.samples.ids

    @property
    def data_digest(self) -> str:
        """A digest of the samples and of all that is held out."""
        held_out = () if self.held_out is None else (self.held_out.digest,)
        return identity.digest([self.samples.digest(), *held_out])

    @property
    def weights(self) -> Literal["trained", "random"]:
        """Whether the rungs were trained, or are random and only as large as those that would be."""
        marks = {graph.metadata.get("weights") for graph in self.graphs.values()}
        return "random" if "random" in marks else "trained"

    @property
    def shape(self) -> Shape:
        """See `reports.record.Shape`."""
        graph, shapes = self.polynomial, value_shapes(self.polynomial)
        added = [shapes[node.name][-1] for node in graph if node.operation == "add"]
        return Shape(
            kind=self.shape_kind,
            tokens=graph.input.attributes["tokens"],
            width=max(added, default=graph.input.attributes["features"]),
            blocks=sum(node.operation == "scores" for node in graph),
            embedding=graph_holder(self.graphs["polynomial"]),
        )

    @cached_property
    def logits(self) -> dict[str, Array]:
        """Clear rung → logits `[samples, positions, classes]`."""
        return {rung: answers(graph, self.samples.inputs) for rung, graph in self.graphs.items()}

    @cached_property
    def labels(self) -> Labels:
        """What samples are judged by: their labels or, where they have none, what the original answers."""
        if self.metric is None or not self.metric.of_original:
            return self.samples.labels
        return named(self.logits["original"])

    @property
    def embeds(self) -> bool:
        """Whether samples are answered by embeddings, which name no label."""
        return embeds(self.polynomial)

    @property
    def expected(self) -> Array:
        """What the encrypted samples should answer: the last clear rung's logits."""
        return self.logits["polynomial"]

    @cached_property
    def scores(self) -> dict[str, Array]:
        """Clear rung → score of every held-out sample; the work of minutes where the set is large.

        Raises:
            ScoreError: a rung's answers have no score.
        """
        assert self.held_out is not None, "a layer has no scores"
        assert self.metric is not None, "a layer has no scores"
        return self.held_out.scores(self.graphs, self.metric, self.progress)

    @cached_property
    def departures(self) -> list[reference.Departure]:
        """The samples that leave the interval of a polynomial, which may spoil their batch."""
        return reference.departures(self.polynomial, self.encrypted_inputs)

    @property
    def stay(self) -> NDArray[np.bool_]:
        """Whether a sample leaves no interval: `[samples]`."""
        stay = np.ones(len(self.samples), bool)
        stay[[one.sample for one in self.departures]] = False
        return stay

    @cached_property
    def values(self) -> dict[str, Array]:
        """Every value that the evaluator computes, in the clear, of the samples that leave no interval.

        Raises:
            IntervalError: more than half of them left that of a polynomial, which is named by layer.
        """
        inputs, stay = self.encrypted_inputs, self.stay
        if 2 * stay.sum() < len(inputs):
            with np.errstate(over="ignore", invalid="ignore"):
                return reference.run(self.polynomial, inputs, check_intervals=True)
        return reference.run(self.polynomial, inputs[stay])

    @property
    def usual_answer(self) -> float:
        """The median of each sample's largest output: what the model's owner says of the size of answers."""
        answers = np.abs(self.expected[self.stay])
        largest = answers.reshape(len(answers), -1).max(axis=1)
        return float(np.median(largest))

    def clear_model_s(self) -> float:
        """Seconds of the polynomial rung in the clear, on this machine."""
        started = perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):
            reference.run(self.graphs["polynomial"], self.samples.inputs)
        return perf_counter() - started


def load_workload(
    model: Path,
    data: str | OwnData,
    samples: int,
    held_out: int | None = None,
    progress: Progress = unseen,
    first: int = 0,
) -> Workload:
    """A case's model and its held-out samples.

    Args:
        model: the checkpoint's folder.
        data: name of a data set, or what a user's own data are.
        samples: how many samples the cells run.
        held_out: on how many samples the clear rungs are compared; None for all.
        progress: told how far that is.
        first: the number of the first sample that the cells run.

    Raises:
        ModelError: the checkpoint or the data set is missing or corrupt, or they do not fit each other.
        UserError: the data set has fewer samples.
    """
    graphs = {rung: checkpoint.load_graph(model, rung) for rung in checkpoint.RUNGS}
    metadata = graphs["polynomial"].metadata
    try:
        metric = None if embeds(graphs["polynomial"]) else metric_of(metadata)
        if metric is not None and metadata.get("weights") != "random":
            for graph in graphs.values():
                check_outputs(metric, value_shapes(graph)[graph.output][-1])
    except ScoreError as error:
        raise ModelError(f"the checkpoint {model} cannot be judged: {error}") from error
    if "preparation" not in metadata:
        raise UserError(
            f"the checkpoint {model} does not say how {data} becomes its inputs; make it with `bench convert`"
        )
    source = catalogue.load(_numbered(data, metadata, model), "held_out")
    everything = HeldOut(source, literals.parse(metadata["preparation"]), held_out)
    if first + samples > everything.available:
        after = f" from number {first} on" if first else ""
        raise UserError(
            f"{samples} samples{after} were asked for and {data} holds out {everything.available}; "
            "ask for at most that"
        )
    positions, answers = value_shapes(graphs["polynomial"])[graphs["polynomial"].output][-2:]
    if metric is not None and metric.answers_labels and metadata.get("weights") != "random":
        _check_classes(source, answers, data, model)
    if metric is not None and not source.labelled:
        metric = _unlabelled(metric, positions, data, model)
    return Workload(
        graphs=graphs,
        metric=metric,
        held_out=everything,
        samples=everything.samples(first, first + samples),
        model_digest=checkpoint.model_digest(model),
        shape_kind=metadata.get("architecture", {}).get("kind", graphs["polynomial"].name),
        progress=progress,
    )


def _numbered(data: str | OwnData, metadata: Mapping[str, object], model: Path) -> str | OwnData:
    """The data with their classes numbered as the checkpoint has them, where it names any.

    Raises:
        ModelError: both name the same classes in another order.
    """
    names = metadata.get("classes")
    if not isinstance(data, Labelled) or not isinstance(names, list):
        return data
    held = tuple(map(str, names))
    if data.classes and data.classes != held and sorted(data.classes) == sorted(held):
        raise ModelError(
            f"{data} has the classes of {model} in another order; leave classes out, or list "
            f"{', '.join(held[:20])}"
        )
    unlabelled = isinstance(data, Table) and data.label is None
    return data if data.classes or unlabelled else data.model_copy(update={"classes": held})


def _unlabelled(metric: Metric, positions: int, data: str | OwnData, model: Path) -> Metric | None:
    """By what a model is judged on samples without labels: a classifier by agreement with its original.

    Numbers of a regression hardly ever agree, so there is no metric.

    Raises:
        ModelError: it answers every token, of which such samples say nothing.
    """
    if positions > 1:
        raise ModelError(
            f"the checkpoint {model} answers every token and {data} has samples without labels; "
            "give a language model its text as kind: text"
        )
    return AGREEMENT if metric.answers_labels else None


def _check_classes(source: Source, answers: int, data: str | OwnData, model: Path) -> None:
    """See that a model answers as many labels as the data have classes, where they have any."""
    if isinstance(source, Text) or not source.labelled or len(source.class_names) == answers:
        return
    own = "list all classes in the order of its outputs as classes: [...] in the data, or "
    raise ModelError(
        f"the checkpoint {model} has {answers} outputs and {data} {len(source.class_names)} classes "
        f"({', '.join(source.class_names[:20])}); {'' if isinstance(data, str) else own}"
        "name a model that was trained on these classes"
    )


def layer_workload(literal: LayerLiteral, samples: int) -> Workload:
    """A layer and inputs drawn for it; it has one rung and no labels."""
    shape = layer_shape(literal)
    inputs = layer_inputs(shape, samples, literal.seed)
    ids = tuple(f"drawn-{literal.seed}-{number}" for number in range(samples))
    return Workload(
        graphs={"polynomial": layer(shape, literal.seed)},
        metric=None,
        held_out=None,
        samples=Samples(inputs, np.zeros(samples, np.int64), ids),
        model_digest=_digest(literal),
        shape_kind=literal.kind,
        progress=unseen,
    )


def _digest(literal: LayerLiteral) -> str:
    """A digest of a layer, in which what came later stands only where it is not as it always was."""
    usual = {name for name in LATER if getattr(literal, name) == LayerLiteral.model_fields[name].default}
    return identity.digest(literal.model_dump(mode="json", exclude=usual))


def load(cell: Cell, progress: Progress = unseen) -> Workload:
    """What the case of a model or a layer brings to a cell.

    Raises:
        ModelError: the checkpoint or the data set is missing or corrupt, or they do not fit each other.
        UserError: the data set has fewer samples.
    """
    if isinstance(cell.case, LayerCase):
        return layer_workload(cell.case.layer, cell.samples)
    assert isinstance(cell.case, ModelCase), "the table of kinds lets no other case pass"
    assert cell.model_folder is not None, "`expand` lets no other cell pass"
    case = cell.case
    return load_workload(
        cell.model_folder, case.data, cell.samples, cell.held_out, progress, case.first_sample
    )
