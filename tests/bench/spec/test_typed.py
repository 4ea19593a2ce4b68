"""What one is told to type is what a shell gives to the command."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from bench.spec.typed import typed


@pytest.mark.parametrize("name", ["results", "my results", "it's", "a;b", "$HOME", "*", "back\\slash", ""])
def test_a_shell_reads_each_word_as_it_was(name: str) -> None:
    assert shlex.split(typed("show", Path("in") / name, "--case", name)) == [
        *("bench", "show", str(Path("in") / name)),
        *("--case", name),
    ]


def test_words_that_need_no_quotes_have_none() -> None:
    assert typed("run", Path("suites/toy.yaml")) == "bench run suites/toy.yaml"
