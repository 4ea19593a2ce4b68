"""Runs of an ablation are tasks of an engine: each is recorded as it ends; one not made is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from bench.errors import UserError
from bench.fleet.ablation import Training, made
from bench.fleet.engine import started
from bench.fleet.task import Delivery, Need
from bench.packages import FOLDER
from models import ablation, recipe
from tests.models.test_recorded_runs import FOUND
from tests.training.recipes import SMALL


class Answering:
    """An engine whose machines answer at once, what a test says; the last sent comes first."""

    at_once = 8
    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, answer: Callable[[Training], Delivery[ablation.Row]]) -> None:
        self.answer = answer
        self.sent: list[tuple[Training, Need]] = []

    def submit(
        self, name: str, function: object, argument: Training, need: Need
    ) -> Future[Delivery[ablation.Row]]:
        self.sent.append((argument, need))
        future: Future[Delivery[ablation.Row]] = Future()
        future.set_result(self.answer(argument))
        return future

    def lost_machines(self, name: str) -> int:
        return 0

    def close(self) -> None:
        pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL))
    content = {
        "ablation": "norms",
        "title": "norms",
        "recipe": "small.yaml",
        "seeds": 2,
        "variants": {"batch": None, "same": {}, "layer": {"he_friendly": {"norm": "layer"}}},
    }
    (tmp_path / "norms.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return tmp_path / "norms.yaml"


def run(
    path: Path, engine: Answering, lines: list[str] | None = None
) -> Iterator[tuple[ablation.Run, ablation.Row]]:
    lines = [] if lines is None else lines
    makes = partial(made, engine, path.parent / "work", lines.append)
    return iter(ablation.run(path, path.parent / "runs", path.parent / "work", lines.append, makes))  # type: ignore[arg-type]


def norm(task: Training) -> str:
    return task.recipe.he_friendly.norm


def found(task: Training) -> Delivery[ablation.Row]:
    return Delivery([FOUND | {"norm": norm(task), "seeds": list(task.recipe.training.seeds)}])


def test_runs_are_recorded_once_and_equal_ones_are_made_once(path: Path) -> None:
    engine, lines = Answering(found), list[str]()
    rows = list(run(path, engine, lines))
    assert [(row["norm"], row["seeds"]) for row in rows] == [
        *2 * [("batch", [0]), ("batch", [1])],
        ("layer", [0]),
        ("layer", [1]),
    ]
    assert len(engine.sent) == 4
    assert {need.seconds for _, need in engine.sent} == {None}
    assert all(task.work == path.parent / "work" for task, _ in engine.sent)
    recorded = (path.parent / "runs" / "norms.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["variant"] for line in recorded) == ["batch", "batch", "layer", "layer"]
    assert sorted(lines) == sorted(
        f"{name}, seed {seed}: ok" for name in ("batch", "layer") for seed in (0, 1)
    )
    again = Answering(found)
    assert list(run(path, again)) == rows
    assert again.sent == []


def test_a_run_that_cannot_be_made_is_told_when_the_others_are_recorded(path: Path) -> None:
    def answer(task: Training) -> Delivery[ablation.Row]:
        return found(task) if norm(task) == "layer" else Delivery([], "the disk is full; make room")

    with pytest.raises(
        UserError, match=r"2 of 4 runs could not be made \(batch, seed [01]: the disk is full"
    ):
        run(path, Answering(answer))
    recorded = (path.parent / "runs" / "norms.jsonl").read_text().splitlines()
    assert [json.loads(line)["variant"] for line in recorded] == ["layer", "layer"]


def test_a_machine_that_went_away_has_its_run_made_elsewhere(path: Path) -> None:
    gone: set[int] = set()

    def answer(task: Training) -> Delivery[ablation.Row]:
        (seed,) = task.recipe.training.seeds
        if norm(task) == "layer" and seed not in gone:
            gone.add(seed)
            return Delivery([], "ended", cut_off=True)
        return found(task)

    engine = Answering(answer)
    assert len(list(run(path, engine))) == 6
    assert len(engine.sent) == 6


def test_a_machine_without_the_data_says_so(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, as on any machine; where that lacks torch it says that."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "nothing"))
    content = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(content | {"seeds": 1, "variants": {"elsewhere": {"data": "cifar10"}}}))
    with (
        started("local", tmp_path) as engine,
        pytest.raises(UserError, match=r"1 of 1 runs could not be made .*(cifar10 is not there|needs torch)"),
    ):
        run(path, engine)  # type: ignore[arg-type]
    assert not (tmp_path / "runs" / "norms.jsonl").exists()


@pytest.mark.parametrize("taken", ["original", "trained"])
def test_a_checkpoint_of_this_project_is_found_in_its_folder_there(path: Path, taken: str) -> None:
    away = Path("/elsewhere/project")
    chosen = recipe.load(path.parent / "small.yaml").model_copy(update={taken: away / "models" / "vit"})
    task = Training(recipe=chosen, work=Path("work"), home=away)
    assert getattr(task.here(), taken) == FOLDER / "models" / "vit"
    assert getattr(replace(task, home=Path("/other")).here(), taken) == away / "models" / "vit"
