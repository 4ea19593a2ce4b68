"""Suites, rules, recipes, ablations, fleets and declarations are read by one reader, refused in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.environments import declaration
from bench.errors import UserError
from bench.spec.fleet import load_fleet
from bench.spec.rules import load_rules
from bench.spec.suite import load_suite
from models import ablation, recipe
from models.errors import ModelError

#: Kind of file → how it is read, and a key that it may hold.
KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "suite": (lambda path: load_suite(str(path), ["cleartext"]), "title"),
    "rules": (load_rules, "size"),
    "recipe": (recipe.load, "title"),
    "ablation": (ablation.load, "title"),
    "declaration": (declaration.load, "imports"),
    "fleet": (load_fleet, "title"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{key}: !!bool x", "1: this value cannot be read ('x' is not true or false); correct it"),
        ("{key}: !!timestamp x", "1: this value cannot be read (a date has no place here); quote it"),
        ("{key}: a\n{key}: b", "2: the key '{key}' appears twice; keep one"),
        ("{key}: " + "9" * 400, "is no number that people write"),
        ("text " * 2000, "1: the file must be a table of keys and values; it is 'text text "),
        ("{key}: {{<<: {{a: 1}}}}", "1: blocks are not merged here"),
        ("kye: " + "x" * 5000, "1: "),
        ("k" * 900 + ": 1", "1: "),
    ],
)
def test_a_fault_is_one_short_sentence_with_file_and_line(
    tmp_path: Path, kind: str, content: str, sentence: str
) -> None:
    read, key = KINDS[kind]
    path = tmp_path / "file.yaml"
    path.write_text(content.format(key=key))
    with pytest.raises((UserError, ModelError)) as caught:
        read(path)
    told = str(caught.value)
    assert told.startswith(f"{path}:")
    assert sentence.format(key=key) in told
    assert "\n" not in told
    assert len(told) < len(str(path)) + 500
