"""Stage 3: what it costs plain, and which further training is kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import softmax

from models import pipeline, recipe
from models.architectures.options import Options
from models.conversion import ConversionSettings, calibrate, freeze, substitute
from models.data import digits
from models.graph import Array, Graph, Node
from models.ladder import measure
from models.pipeline.candidates import Candidates
from models.pipeline.distilled import Intervals, fine_tuned, intervals
from models.pipeline.judging import ByLabels
from models.pipeline.work import Conversion
from models.reference import outputs
from models.splits import Splits, split
from models.training.module import GraphModule
from models.training.penalties import overshoot_penalty
from models.training.settings import DistillationSettings
from tests.training.graphs import LANGUAGE, POWER, VISION, digits_vit
from tests.training.recipes import SMALL

TIGHTENED = SMALL | {
    "training": SMALL["training"] | {"seeds": [3]},
    "tightening": {"epochs": 1, "learning_rate": 0.001, "attention_bound": 1.0, "mlp_bound": 2.0},
}
PARTS = ("tightening", "fine_tuning")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[pipeline.Made, pipeline.Made, list[str]]:
    """A recipe with tightening made twice in one work folder, and the lines of the second time."""
    folder = tmp_path_factory.mktemp("work")
    lines: list[str] = []
    chosen = recipe.parse(TIGHTENED, "TIGHTENED", folder)
    return (
        pipeline.make(chosen, folder, lambda line: None),
        pipeline.make(chosen, folder, lines.append),
        lines,
    )


def origin(made: pipeline.Made) -> dict[str, Any]:
    return made.ladder["rungs"]["polynomial"]


def likely(graph: Graph, data: Splits) -> Array:
    """The probabilities that a graph gives to labels of validation samples."""
    return softmax(outputs(graph, data.validation.inputs)[:, 0], axis=1)


def nothing(name: str) -> Graph:
    return Graph(name, (Node("input", "input", attributes={"tokens": 1, "features": 1}),), "input")


def test_substituted_is_the_he_friendly_rung_with_polynomials_and_nothing_else(made) -> None:
    first, _, _ = made
    chosen = recipe.parse(TIGHTENED, "TIGHTENED", Path())
    data = split(chosen)
    frozen = freeze(first.rungs["he_friendly"])
    plain = substitute(frozen, calibrate(frozen, data.calibration), chosen.conversion)
    assert first.ladder["validation"]["substituted"] == measure(plain, data.validation)
    assert first.ladder["held_out"].keys() >= {"substituted", "tightened"}


def test_what_does_best_on_validation_is_kept(made) -> None:
    first, _, _ = made
    choice, reached = origin(first)["choice"], first.ladder["validation"]
    found = {name: measures["cross_entropy"] for name, measures in choice["validation"].items()}
    assert found.keys() == {"substituted", "tightened", "fine_tuned"}
    assert choice["start"] == min(("substituted", "tightened"), key=found.__getitem__)
    assert choice["kept"] == min(found, key=found.__getitem__)
    assert reached["polynomial"]["cross_entropy"] == pytest.approx(found[choice["kept"]], rel=1e-3)
    assert reached["tightened"] == choice["validation"]["tightened"]


def test_ranges_are_told_of_what_was_tightened_too(made) -> None:
    first, _, _ = made
    ranges = origin(first)["ranges"]
    assert ranges.keys() == {"original", "he_friendly", "tightened"}
    assert ranges["tightened"]["activations"].keys() == ranges["he_friendly"]["activations"].keys()


def test_what_is_found_done_still_tells_how_long_it_took(made) -> None:
    first, again, lines = made
    assert sum("done already" in line for line in lines) == 4
    before, after = origin(first), origin(again)
    assert after["distilled"] == before["distilled"]
    assert after["distilled"].keys() == set(PARTS)
    assert after["wall_s"] > sum(after["distilled"][part]["wall_s"] for part in PARTS)
    assert again.ladder["rungs"]["original"]["wall_s"] == first.ladder["rungs"]["original"]["wall_s"]


def test_training_on_goes_towards_the_teacher_that_is_asked_for(made, tmp_path: Path) -> None:
    first, _, _ = made
    frozen = {rung: freeze(first.rungs[rung]) for rung in ("original", "he_friendly")}
    chosen = recipe.parse(TIGHTENED, "TIGHTENED", Path())
    data = split(chosen)
    ranges = calibrate(frozen["he_friendly"], data.calibration)
    plain = substitute(frozen["he_friendly"], ranges, chosen.conversion)
    wanted = likely(frozen["original"], data)
    apart = {}
    for teacher in frozen:
        settings = DistillationSettings(epochs=10, learning_rate=0.003, teacher=teacher)
        asked = chosen.model_copy(update={"fine_tuning": settings})
        tuned = fine_tuned(Conversion(asked, data, tmp_path, lambda line: None), plain, frozen)
        apart[teacher] = np.abs(likely(tuned.graph, data) - wanted).mean()
    assert apart["original"] < 0.8 * apart["he_friendly"]


@pytest.mark.parametrize(
    ("losses", "best"),
    [((0.5, 0.4), "b"), ((0.4, 0.5), "a"), ((0.4, 0.4), "a"), ((None, 0.4), "b")],
)
def test_the_least_cross_entropy_wins_and_no_number_never_does(
    losses: tuple[float | None, float], best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(graph: Graph, samples: object) -> dict[str, float | None]:
        return {"cross_entropy": losses["ab".index(graph.name)]}

    monkeypatch.setattr("models.pipeline.judging.measure", measured)
    graphs = {name: nothing(name) for name in "ab"}
    assert Candidates(graphs, ByLabels(None)).best() == best


def test_a_candidate_that_stands_alone_is_not_measured() -> None:
    candidates = Candidates({"a": nothing("a")}, ByLabels(None))
    assert candidates.best() == "a"
    assert candidates.scores == {}


def converted(options: Options, **changes: Any) -> tuple[Graph, Array]:
    """An untrained ViT with polynomials on intervals twice as long as its inputs reach, and these inputs."""
    settings = {"attention_degree": 8, "mlp_degree": 8, "margin": 2.0, "value_size": 1.0} | changes
    frozen = freeze(digits_vit(options))
    inputs = digits.training().inputs[:32]
    ranges = calibrate(frozen, inputs)
    return substitute(frozen, ranges, ConversionSettings.model_validate(settings)), inputs


def penalty(graph: Graph, inputs: Array, wanted: Intervals) -> float:
    with torch.no_grad():
        evaluation = GraphModule(graph).eval()(torch.from_numpy(inputs).float())
    return float(overshoot_penalty(evaluation, wanted, room=0.1))


def test_fine_tuning_lets_the_signs_inside_a_composite_relu_be() -> None:
    """Right ones lie at the ends of the intervals of the polynomials that read them."""
    relu = VISION.model_copy(update={"attention": "relu", "activation": "relu"})
    graph, inputs = converted(relu, relu={"depth": 9})
    wanted = intervals(graph)
    assert wanted.keys() == {f"blocks.0.{part}.activation.stage_1" for part in ("attention", "mlp")}
    all_of_them = {node.name: (-1.0, 1.0) for node in graph if node.operation == "polynomial"}
    assert penalty(graph, inputs, wanted) == 0
    assert penalty(graph, inputs, all_of_them) > 0
    assert 0 < penalty(graph, 1.4 * inputs, wanted) < np.inf


@pytest.mark.parametrize("options", [VISION, LANGUAGE], ids=["batch", "layer"])
def test_fine_tuning_keeps_the_input_of_every_other_polynomial_inside(options: Options) -> None:
    graph, _ = converted(options, layer_norm={"depth": 7})
    polynomials = {node.name: node for node in graph if node.operation == "polynomial"}
    wanted = intervals(graph)
    assert wanted.keys() == polynomials.keys()
    for name, interval in wanted.items():
        assert interval == tuple(polynomials[name].attributes["interval"])


def test_fine_tuning_minds_the_upper_end_of_a_division_alone() -> None:
    """Sums of powers are never negative, and most of them lie near the lower end."""
    graph, inputs = converted(POWER)
    wanted = intervals(graph)
    division = "blocks.0.attention.reciprocal"
    low, high = graph[division].attributes["interval"]
    assert wanted[division] == (-high, high)
    alone = {division: wanted[division]}
    assert penalty(graph, 0 * inputs, alone) == penalty(graph, inputs, alone) == 0
    assert penalty(graph, inputs, {division: (low, high)}) > 0
    assert penalty(graph, 10 * inputs, alone) > 0
