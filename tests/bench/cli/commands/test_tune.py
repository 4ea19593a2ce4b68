"""`bench tune`: what it refuses, and whom it searches."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.cli.commands.tune import tune
from bench.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["vit_tinny"], "no suite has the model 'vit_tinny'; did you mean vit_tiny"),
        (["vit_tiny", "--verify", "2"], "--verify runs the suite that --output writes; say where"),
        (["vit_tiny", "--output", __file__], "is there already; choose another name"),
        (["vit_tiny", "--backend", "cleartext"], "cleartext does not tell its noise"),
    ],
)
def test_a_wrong_request_is_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        CliRunner().invoke(tune, arguments, catch_exceptions=False)
