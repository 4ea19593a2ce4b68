"""Preparations as they stand in a recipe."""

from typing import Any

import pytest

from models.data import literals
from models.errors import ModelError

PATCHES = {"kind": "patches", "size": 8, "patch": 2, "mean": [8], "std": [8]}


@pytest.mark.parametrize(
    "literal",
    [
        PATCHES,
        {"kind": "characters", "context": 64},
        {"kind": "word_text", "context": 4, "vocabulary": ["<unk>", "<eos>", "a"]},
        {"kind": "words", "context": 8, "vocabulary_size": 100, "lead": "<cls>"},
    ],
)
def test_a_literal_survives_being_written_and_read(literal: dict[str, Any]) -> None:
    parsed = literals.parse(literal)
    assert parsed.kind == literal["kind"]
    assert literals.parse(parsed.model_dump(mode="json")) == parsed


@pytest.mark.parametrize(
    ("literal", "fault"),
    [
        ({"kind": "pixels"}, "patches"),
        (PATCHES | {"colour": True}, "colour"),
        (PATCHES | {"patch": 3}, "not a multiple of patch 3"),
        (PATCHES | {"std": [0]}, "std"),
        (PATCHES | {"mean": [1, 2]}, "differ in length"),
        (PATCHES | {"order": "windows"}, "belong together"),
        (PATCHES | {"window": 2}, "belong together"),
        (PATCHES | {"order": "windows", "window": 3}, "not a multiple of window 3"),
        (PATCHES | {"order": "windows", "window": 2, "lead": True}, "shift the windows"),
        ({"kind": "characters", "context": 0}, "context"),
        ({"kind": "characters", "context": 4, "vocabulary": ["a", "a"]}, "twice"),
        ({"kind": "words", "context": 4, "vocabulary": ["a"]}, "lacks <unk>"),
        ({"kind": "words", "context": 4, "vocabulary": ["<unk>"], "lead": "<cls>"}, "lacks <cls>"),
        ({"kind": "word_text", "context": 4, "vocabulary": ["<unk>"]}, "lacks <eos>"),
    ],
)
def test_a_wrong_literal_is_refused_by_name(literal: dict[str, Any], fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        literals.parse(literal)
