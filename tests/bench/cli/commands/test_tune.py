"""`bench tune`: what it refuses, and whom it searches."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli.commands.tune import _cases, tune
from bench.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["vit_tinny"], "no suite has the model 'vit_tinny'; did you mean vit_tiny"),
        (["vit_tiny", "--verify", "2"], "--verify runs the suite that --output writes; say where"),
        (["vit_tiny", "--output", __file__], "is there already; choose another name"),
        (["vit_tiny", "--backend", "cleartext"], "cleartext does not tell its noise"),
        (["layers_toy"], "has no case of a model; name another suite"),
    ],
)
def test_a_wrong_request_is_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        CliRunner().invoke(tune, arguments, catch_exceptions=False)


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ("vit_tiny", ["vit_tiny"]),
        ("vit_tiny_degree_2", ["vit_tiny_degree_2"]),
        ("degrees", ["vit_tiny", "vit_tiny_degree_4", "vit_tiny_degree_2"]),
    ],
)
def test_a_model_is_searched_alone_and_a_suite_for_all_of_its_models(asked: str, models: list[str]) -> None:
    _, cases = _cases(asked)
    assert [case.model for case in cases] == models
