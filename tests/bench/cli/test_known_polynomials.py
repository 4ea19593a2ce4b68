"""Ways and degrees of checkpoints, told by their ladders and known by the digests in records."""

from __future__ import annotations

import json
from pathlib import Path

from bench.cli.known_polynomials import known_polynomials
from bench.run.workload import load_workload
from bench.spec.suite import CHECKPOINTS
from models.checkpoint import RUNGS, model_digest
from reports.html.polynomials import Polynomials

WAYS = {
    "vit_tiny": Polynomials("trained from nothing", "8", "8"),
    "vit_tiny_warm": Polynomials("warm start", "8", "8"),
    "vit_tiny_kept": Polynomials("kept", "15, 31", "6, 18"),
    "vit_tiny_power": Polynomials("Power-Softmax, trained from nothing", "15", "8"),
    "vit_tiny_degree_4": Polynomials("trained from nothing", "4", "4"),
    "vit_cifar10_degree_4": Polynomials("trained from nothing", "4", "4"),
    "vit_cifar10_guarded": Polynomials("trained from nothing, with a guard", "14, 16, 18", "22, 28, 30"),
    "bert_sst2_power": Polynomials("Power-Softmax, warm start", "15", "8"),
}


def test_every_way_of_the_committed_checkpoints_is_told() -> None:
    digests = {name: model_digest(CHECKPOINTS / name) for name in WAYS}
    assert known_polynomials(set(digests.values())) == {digests[name]: way for name, way in WAYS.items()}


def test_a_record_knows_a_checkpoint_by_the_same_digest() -> None:
    folder = CHECKPOINTS / "vit_tiny"
    assert load_workload(folder, "digits", 1, 1).model_digest == model_digest(folder)


def test_rungs_that_were_taken_have_the_way_of_where_they_were_taken_from(tmp_path: Path) -> None:
    for name, changes in {"first": {"warm_start": {"whole": 1}}, "again": {"trained": "../first"}}.items():
        (tmp_path / name).mkdir()
        for rung in RUNGS:
            (tmp_path / name / f"{rung}.json").write_text(name + rung)
        recipe = {"he_friendly": {"attention": "gelu"}} | changes
        ladder = {"intervals": [], "recipe": recipe, "rungs": {"he_friendly": {}}}
        (tmp_path / name / "ladder.json").write_text(json.dumps(ladder))
    digest = model_digest(tmp_path / "again")
    assert known_polynomials({digest}, tmp_path)[digest].way == "warm start"
    (tmp_path / "first" / "ladder.json").unlink()
    assert known_polynomials({digest}, tmp_path)[digest].way is None


def test_what_is_not_wanted_or_has_no_sound_ladder_is_left_out(tmp_path: Path) -> None:
    for name, ladder in {
        "sound": '{"intervals": []}',
        "none": None,
        "torn": "{",
        "deep": "[" * 100_000,
    }.items():
        (tmp_path / name).mkdir()
        for rung in RUNGS:
            (tmp_path / name / f"{rung}.json").write_text(name)
        if ladder is not None:
            (tmp_path / name / "ladder.json").write_text(ladder)
    (tmp_path / "half").mkdir()
    wanted = {model_digest(tmp_path / name) for name in ("sound", "none", "torn", "deep")}
    assert known_polynomials(wanted, tmp_path) == {}
    assert known_polynomials(set()) == {}
