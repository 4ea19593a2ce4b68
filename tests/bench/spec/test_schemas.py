"""The published JSON schemas are those of the classes that read the files, and take every shipped file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.spec.schemas import KINDS, PUBLISHED, schema
from tests.bench.commands import ROOT

SHIPPED = {
    "suite": sorted((ROOT / "suites").glob("*.yaml")),
    "recipe": sorted((ROOT / "models" / "recipes").glob("*.yaml")),
    "rules": sorted((ROOT / "suites" / "rules").glob("*.yaml")),
    "ablation": sorted((ROOT / "suites" / "ablations").glob("*.yaml")),
    "fleet": sorted((ROOT / "suites" / "fleets").glob("*.yaml")),
}


def faults(kind: str, content: Any) -> list[str]:
    """What an editor marks in a file's content."""
    jsonschema = pytest.importorskip("jsonschema")
    made = json.loads(schema(kind))
    jsonschema.Draft202012Validator.check_schema(made)
    return [error.message for error in jsonschema.Draft202012Validator(made).iter_errors(content)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_the_one_that_is_made_now(kind: str) -> None:
    """`bench schema KIND > FILE` writes it anew."""
    assert PUBLISHED[kind].read_text(encoding="utf-8") == schema(kind)


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for kind, paths in SHIPPED.items() for path in paths],
    ids=lambda one: one.stem if isinstance(one, Path) else one,
)
def test_every_shipped_file_is_taken(kind: str, path: Path) -> None:
    assert faults(kind, yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_a_misspelt_key_and_a_wrong_value_are_marked() -> None:
    content = yaml.safe_load((ROOT / "suites" / "toy.yaml").read_text())
    content["smaples"] = content.pop("samples")
    content["parameter_sets"][0]["refresh"] = "never"
    told = " ".join(faults("suite", content))
    assert "'smaples' was unexpected" in told
    assert "'never' is not one of" in told


def test_a_key_says_what_it_is() -> None:
    made = json.loads(schema("recipe"))
    assert made["properties"]["validation"]["description"] == "what is chosen by."
    blocks = made["$defs"]["LayerLiteral"] if "LayerLiteral" in made["$defs"] else made["$defs"]["Patches"]
    assert "Attributes:" not in blocks["description"]
