"""Stage 3: what it costs plain, and which further training is kept."""

from pathlib import Path
from typing import Any

import pytest

from models import pipeline, recipe
from models.conversion import calibrate, freeze, substitute
from models.graph import Graph, Node
from models.ladder import measure
from models.pipeline.candidates import Candidates
from models.splits import split
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


@pytest.mark.parametrize(
    ("losses", "best"),
    [((0.5, 0.4), "b"), ((0.4, 0.5), "a"), ((0.4, 0.4), "a"), ((None, 0.4), "b")],
)
def test_the_least_cross_entropy_wins_and_no_number_never_does(
    losses: tuple[float | None, float], best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(graph: Graph, samples: object) -> dict[str, float | None]:
        return {"cross_entropy": losses["ab".index(graph.name)]}

    monkeypatch.setattr("models.pipeline.candidates.measure", measured)
    graphs = {name: nothing(name) for name in "ab"}
    assert Candidates(graphs, None).best() == best


def test_a_candidate_that_stands_alone_is_not_measured() -> None:
    candidates = Candidates({"a": nothing("a")}, None)
    assert candidates.best() == "a"
    assert candidates.scores == {}
