"""The recorded runs of the ablations: none is missing, and the tables of docs/method.md are theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cli.ablation_table import table

ROOT = Path(__file__).resolve().parents[2]
ABLATIONS = sorted((ROOT / "suites" / "ablations").glob("*.yaml"))
RUNGS = ("original", "he_friendly", "substituted", "polynomial")


def recorded(path: Path) -> list[dict[str, Any]]:
    """The runs of an ablation's file, variant by variant; every one stands among the records, once."""
    ablation = yaml.safe_load(path.read_text())
    lines = (ROOT / "docs" / "ablations" / f"{ablation['ablation']}.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    wanted = [(variant, seed) for variant in ablation["variants"] for seed in range(ablation["seeds"])]
    found = {(row["variant"], row["seed"]): row for row in rows}
    assert sorted(found) == sorted(wanted)
    assert len(rows) == len(wanted) == len({row["key"] for row in rows})
    return [found[one] for one in wanted]


@pytest.mark.parametrize("path", ABLATIONS, ids=lambda path: path.stem)
def test_every_run_is_recorded_and_its_table_is_told(path: Path) -> None:
    assert table(recorded(path), RUNGS) in (ROOT / "docs" / "method.md").read_text()


def test_every_ablation_has_ten_seeds_but_the_large_ones() -> None:
    seeds = {path.stem: yaml.safe_load(path.read_text())["seeds"] for path in ABLATIONS}
    assert seeds.pop("length_scaling_cifar10") == 1
    assert seeds.pop("warm_start_bert") == 3
    assert set(seeds.values()) == {10}
