"""JSON schemas of the YAML files that people write, for editors: they complete keys and mark mistakes.

They are made of the classes that read the files. What no schema says, such as that a set reaches its
security, `bench validate` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from bench.spec.file import SuiteFile
from bench.spec.fleet import Fleet
from bench.spec.recipes import RECIPES
from bench.spec.suite import SUITES
from models.ablation import Ablation
from models.recipe import Recipe
from reports.gate.rules import Rules

#: Kind of file → the class that reads it.
KINDS: Mapping[str, type[BaseModel]] = {
    "suite": SuiteFile,
    "recipe": Recipe,
    "rules": Rules,
    "ablation": Ablation,
    "fleet": Fleet,
}
#: Where the schema of each is published.
PUBLISHED: Mapping[str, Path] = {
    "suite": SUITES / "suite.schema.json",
    "recipe": RECIPES / "recipe.schema.json",
    "rules": SUITES / "rules" / "rules.schema.json",
    "ablation": SUITES / "ablations" / "ablation.schema.json",
    "fleet": SUITES / "fleets" / "fleet.schema.json",
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: An entry of a docstring's list of attributes: its names, and what it says, which goes on further in.
_ATTRIBUTE = re.compile(r"^(\w+(?:, \w+)*): (.*(?:\n[ ]+.*)*)", re.MULTILINE)


def schema(kind: str) -> str:
    """The JSON schema of a kind of file, as text."""
    made = _described(KINDS[kind].model_json_schema())
    return json.dumps({"$schema": _DIALECT, **made}, indent=1, ensure_ascii=False) + "\n"


def comment(kind: str, folder: Path) -> str:
    """The line at the top of a file in a folder by which editors find its schema."""
    return f"# yaml-language-server: $schema={_relative(PUBLISHED[kind], folder)}"


def _relative(path: Path, folder: Path) -> str:
    place = folder.resolve()
    return str(path.relative_to(place)) if path.is_relative_to(place) else path.as_uri()


def _described(made: dict[str, object]) -> dict[str, object]:
    """A schema in which what a docstring says of an attribute stands at the key."""
    inner = made.get("$defs")
    blocks = {"": made, **(inner if isinstance(inner, dict) else {})}
    for block in blocks.values():
        told = str(block.get("description", ""))
        summary, _, attributes = told.partition("Attributes:\n")
        if told:
            block["description"] = " ".join(summary.split())
        said = dict(_said(attributes))
        for name, entry in block.get("properties", {}).items():
            if name in said and isinstance(entry, dict):
                entry.setdefault("description", said[name])
    return made


def _said(attributes: str) -> list[tuple[str, str]]:
    """What is said of each attribute."""
    lines = "\n".join(line.removeprefix("    ") for line in attributes.splitlines())
    return [
        (name, " ".join(said.split()))
        for names, said in _ATTRIBUTE.findall(lines)
        for name in names.split(", ")
    ]
