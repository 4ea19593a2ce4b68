"""All rungs of a recipe, their ladder, and the checkpoint that holds them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models import checkpoint, conversion, recipe
from models.architectures.options import ORIGINAL
from models.data import catalogue
from models.errors import ModelError
from models.graph import Graph
from models.ladder import PIECE, Progress, compare, largest_values
from models.metrics.catalogue import AGREEMENT, metric_of
from models.pipeline import held, imported, trained
from models.pipeline.machine import machine, versions
from models.pipeline.polynomial import polynomial
from models.pipeline.unprepared import Unprepared
from models.pipeline.untrained import random_rung
from models.pipeline.work import COMPARED, TORCH_TOLERANCE, Conversion, Report, Trained, accepted
from models.probing import embeds, probed
from models.recipe import Recipe
from models.splits import Splits, split

#: Calibration samples of random weights, whose intervals serve timing alone.
_RANDOM_CALIBRATION = 64
#: Pieces measured between two lines of progress.
_PIECES_A_LINE = 16


@dataclass(frozen=True)
class Made:
    """Every rung of a recipe, and the ladder that they reach."""

    rungs: dict[str, Graph]
    ladder: dict[str, Any]


def convert(
    recipe_path: Path, output_folder: Path, work_folder: Path, report: Report, *, untrained: bool = False
) -> dict[str, Any]:
    """Train, convert, verify, and write a checkpoint with its `ladder.json`.

    Args:
        recipe_path: a recipe's YAML file.
        output_folder: the checkpoint; not there yet, and there only when it is whole.
        work_folder: where unfinished work is kept.
        report: takes one line of progress at a time.
        untrained: leave the weights random, for timing alone; the checkpoint says so.

    Returns:
        The ladder: measures of every rung on the held-out samples, and all that says how it came about. With
        random weights it has no measures, but `weights: random`.

    Raises:
        ModelError: the recipe is wrong, the folder exists, data or torch are absent, or a rung differs from
            what it was made from.
    """
    if output_folder.exists():
        raise ModelError(
            f"{output_folder} exists and is not overwritten; choose another folder with --output"
        )
    chosen = recipe.load(recipe_path)
    made = make(chosen, work_folder, report, untrained=untrained)
    output_folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{output_folder.name}-", dir=output_folder.parent) as unfinished:
        folder = Path(unfinished) / output_folder.name
        _write(made, folder, chosen.storage)
        folder.rename(output_folder)
    return made.ladder


def _write(made: Made, folder: Path, storage: str) -> None:
    """The rungs and the ladder, which takes up the rungs' digests."""
    for rung, graph in made.rungs.items():
        checkpoint.save_graph(graph, folder, rung, storage)
        made.ladder["rungs"][rung]["digest"] = checkpoint.digest(folder, rung)
    (folder / "ladder.json").write_text(json.dumps(made.ladder, indent=1) + "\n")


def make(chosen: Recipe, work_folder: Path, report: Report, *, untrained: bool = False) -> Made:
    """Every rung of a recipe, trained, converted, verified and measured; see `convert`."""
    if find_spec("torch") is None:
        raise ModelError("training needs torch, absent here; install this project with its extra `train`")
    # Random weights take no others' preparation.
    told = chosen.normalises and chosen.architecture is not None and chosen.trained is None
    if not untrained or not told:
        chosen = _prepared(chosen)
    if untrained:
        chosen = chosen.model_copy(update={"calibration": min(chosen.calibration, _RANDOM_CALIBRATION)})
    data = _with_classes(chosen, split(chosen, learns=not untrained or chosen.source is None))
    if untrained:
        without = dict.fromkeys(("tightening", "fine_tuning", "original", "trained"))
        chosen = chosen.model_copy(update=without)
    under_way = Conversion(chosen, data, work_folder, report)
    if untrained:
        original = random_rung(under_way, ORIGINAL)
        he_friendly = random_rung(under_way, chosen.he_friendly)
    else:
        original, he_friendly = _trained(under_way)
    converted = polynomial(under_way, original.graph, he_friendly.graph)
    made = {"original": original, "he_friendly": he_friendly, "polynomial": converted.rung}
    stored = {rung: _stored(under_way, rung, found) for rung, found in made.items()}
    rungs = {rung: found.graph for rung, found in stored.items()}
    scores = {"weights": "random"} if untrained else _scores(under_way, rungs | converted.substituted)
    return Made(rungs, _ladder(under_way, stored, scores))


def _prepared(chosen: Recipe) -> Recipe:
    """The recipe with what it leaves to the folder of its original rung."""
    if chosen.source is None:
        return chosen
    if chosen.trained is not None or held.is_checkpoint(chosen.source):
        return held.prepared(chosen, chosen.source)
    return imported.prepared(chosen, chosen.source)


def _with_classes(chosen: Recipe, data: Splits) -> Splits:
    """The data with the classes that the original names, where the samples have no labels."""
    if data.labelled:
        return data
    assert chosen.source is not None  # samples alone train nothing from nothing
    own = chosen.trained is not None or held.is_checkpoint(chosen.source)
    count, names = held.classes(chosen.source) if own else imported.classes(chosen.source)
    if count < 2:
        raise ModelError(
            f"{chosen.source} answers one number, of which samples without labels do not say what it should "
            "be; name a classifier, or a model that answers embeddings"
        )
    return replace(data, classes=count, names=names)


def _trained(under_way: Conversion) -> tuple[Trained, Trained]:
    """The original and the HE-friendly rung, which may begin with the original's weights."""
    original = trained.original(under_way)
    return original, trained.he_friendly(under_way, original.graph)


def _stored(under_way: Conversion, rung: str, found: Trained) -> Trained:
    """A rung with its weights as the checkpoint stores them, compared with torch once more."""
    from models.training.module import deviation

    graph = _named(conversion.round_weights(found.graph, under_way.recipe.storage), under_way)
    difference = deviation(graph, under_way.data.calibration[:COMPARED])
    error = accepted(f"{rung} as it is stored", difference, TORCH_TOLERANCE)
    return Trained(graph, found.origin | {"stored_deviation": error})


def _named(graph: Graph, under_way: Conversion) -> Graph:
    """With the names of its classes where they are a user's own, by which a suite numbers its data.

    Those of a data set of the catalogue are always the same.
    """
    metadata = {name: value for name, value in graph.metadata.items() if name != "classes"}
    if not isinstance(under_way.recipe.data, str) and under_way.data.names and not embeds(graph):
        metadata["classes"] = list(under_way.data.names)
    return replace(graph, metadata=metadata)


def _scores(under_way: Conversion, graphs: dict[str, Graph]) -> dict[str, Any]:
    """What the rungs as they are stored and the graphs before folding reach."""
    data = under_way.data
    held_out = Unprepared(catalogue.load(under_way.recipe.data, "held_out"), data.preparation)
    if embeds(graphs["original"]):
        return {"held_out": probed(graphs, data.validation, held_out, _lines(under_way.report, "held-out"))}
    return {
        name: compare(graphs, samples, _lines(under_way.report, told), labelled=data.labelled)
        for name, told, samples in (
            ("held_out", "held-out", held_out),
            ("validation", "validation", data.validation),
        )
    }


def _ladder(under_way: Conversion, rungs: dict[str, Trained], scores: dict[str, Any]) -> dict[str, Any]:
    chosen, data = under_way.recipe, under_way.data
    polynomials = rungs["polynomial"].graph
    original = rungs["original"].graph
    metric = metric_of(original.metadata) if data.labelled or embeds(original) else AGREEMENT
    return {
        "metric": metric.name,
        **scores,
        "rungs": {
            rung: found.origin | {"parameters": found.graph.parameter_count()}
            for rung, found in rungs.items()
        },
        "intervals": conversion.report(polynomials, {"calibration": data.calibration}),
        "largest_values": largest_values(polynomials, data.calibration[:COMPARED]),
        "data": data.facts,
        "recipe": chosen.model_dump(mode="json"),
        "versions": versions(),
        "machine": machine(chosen.training.threads),
    }


def _lines(report: Report, label: str) -> Progress:
    """Reports how far measuring is, now and then."""

    def progress(done: int, total: int) -> None:
        if done == total or done // PIECE % _PIECES_A_LINE == 0:
            report(f"measure: {done} of {total} {label} samples")

    return progress
