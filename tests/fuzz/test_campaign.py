"""A short campaign from a fixed seed, and that a campaign finds what there is to find."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.campaign import campaign, tried
from tests.fuzz.mutations import MUTATIONS, mutated
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

#: So many of each parser in every run of the tests.
INPUTS = 60


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input_ends_as_a_sentence(target: Target) -> None:
    ends, failures = campaign(INPUTS, seed=1, only=target.name)
    assert not failures, failures[0].why
    assert sum(ends.values()) == INPUTS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whole_input_is_read(target: Target, tmp_path: Path) -> None:
    """Else a campaign would try nothing but refusals."""
    for number, data in enumerate(target.samples):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / f"input{target.suffix}").write_bytes(data)
        if target.name != "suite":  # whose models may have to be made first
            target.parse(folder / f"input{target.suffix}")


def test_a_campaign_finds_what_no_sentence_foresees() -> None:
    def parse(path: Path) -> object:
        return int(path.read_bytes())

    target = Target("numbers", [b"12"], parse, ".txt")
    found = [tried(target, number, 0) for number in range(50)]
    (first, *_) = [failure for end, failure in found if end == "failed"]
    assert first is not None
    assert "ValueError" in first.why
    assert tried(target, first.number, 0) == ("failed", first)


def test_a_parser_that_never_ends_and_one_that_takes_all_memory() -> None:
    def hang(path: Path) -> object:
        while True:
            pass

    assert "TooLongError" in str(tried(Target("hang", [b"x"], hang), 0, 0)[1])
    end, failure = tried(Target("large", [b"x"], lambda path: bytearray(1 << 34)), 0, 0)
    assert (end, failure is not None and "MemoryError" in failure.why) == ("failed", True)


def test_mutations_change_something_and_come_again_from_a_seed() -> None:
    data = b"suite: toy\nsamples: 4\n" * 20
    assert mutated(random.Random(5), data) == mutated(random.Random(5), data)
    for mutation in MUTATIONS:
        assert any(mutation(random.Random(seed), data) != data for seed in range(20))
