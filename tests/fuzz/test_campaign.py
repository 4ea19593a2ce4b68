"""A short campaign from a fixed seed, and that a campaign finds what there is to find."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.fuzz import campaign as campaigns
from tests.fuzz.campaign import campaign, tried
from tests.fuzz.mutations import MUTATIONS, _value, mutated
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

#: So many of each parser in every run of the tests.
INPUTS = 100


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
            assert target.parse(folder / f"input{target.suffix}") is not None


def test_targets_have_names_of_their_own() -> None:
    names = [target.name for target in TARGETS]
    assert sorted(set(names)) == sorted(names)


def test_a_campaign_finds_damage_that_a_digest_covers_and_nobody_holds_against_it() -> None:
    def parse(path: Path) -> object:
        digest, _, line = path.read_bytes().partition(b" ")
        return line if digest else None

    target = Target("digested", [b"0 whole"], parse, ".txt", digested=True)
    ends = [tried(target, number, 0) for number in range(50)]
    assert {end for end, _ in ends} == {"read", "refused", "failed"}
    assert all(failure is None or "AcceptedError" in failure.why for _, failure in ends)


def test_a_campaign_finds_what_no_sentence_foresees() -> None:
    def parse(path: Path) -> object:
        return int(path.read_bytes())

    target = Target("numbers", [b"12"], parse, ".txt")
    found = [tried(target, number, 0) for number in range(50)]
    (first, *_) = [failure for end, failure in found if end == "failed"]
    assert first is not None
    assert "ValueError" in first.why
    assert tried(target, first.number, 0) == ("failed", first)


def test_a_parser_that_never_ends_and_one_that_takes_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "SECONDS", 1)

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


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_values_of_json_are_replaced_within_a_line_that_stays_json() -> None:
    data = b'{"a": [1, 2], "b": {"c": "d"}}\n{"e": null}\n'
    found = {_value(random.Random(seed), data[:-1]) for seed in range(200)}
    sound = [one for one in found if one.count(b"\n") == 1 and all(map(_is_json, one.split(b"\n")))]
    assert len(sound) > 20
