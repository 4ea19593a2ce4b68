"""Two libraries side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.record import Record
from reports.rivals import Figure, Rivals, rivals
from tests.reports.html.records import failing, insecure, made
from tests.reports.processes import of


def both(mine: Sequence[Record], yours: Sequence[Record]) -> Rivals:
    (found,), alone = rivals(of([*mine, *yours]), "tenseal", "pyfhel")
    assert alone == []
    return found


def several(backend: str, seconds: Sequence[float], turn: int = 0, **changes: Any) -> list[Record]:
    """Processes of a backend, in turns with those of another."""
    return [
        made(
            backend=backend,
            key=backend * 8,
            started_at=f"2026-11-23T04:{number:02d}:{turn:02d}Z",
            latency__keygen_s=value,
            **changes,
        )
        for number, value in enumerate(seconds)
    ]


def figure(found: Rivals, name: str) -> Figure:
    (one,) = [one for one in found.figures if one.measure.name == name]
    return one


def test_one_process_each_gives_a_ratio_and_no_verdict() -> None:
    found = both(several("tenseal", [2.0]), several("pyfhel", [2.8], 1))
    keygen = figure(found, "latency.keygen_s")
    assert (keygen.said, keygen.verdict) == ("1.40 times slower", "one process each: no verdict")
    assert keygen.ratio == 1.4
    assert found.obstacles == ()


def test_enough_processes_in_turns_give_a_verdict() -> None:
    quick, slow = [2.0, 2.01, 2.02, 1.99, 2.0], [2.8, 2.81, 2.79, 2.82, 2.8]
    found = both(several("tenseal", quick), several("pyfhel", slow, 1))
    keygen = figure(found, "latency.keygen_s")
    assert keygen.said == "1.40 times slower"
    assert keygen.verdict.startswith("p ")
    assert "no " not in keygen.verdict
    assert figure(found, "latency.encrypt_s").said == "the same"


def test_what_stands_in_the_way_is_named_and_leaves_the_ratio() -> None:
    mine = several("tenseal", [2.0] * 3)
    yours = several("pyfhel", [1.0] * 3, 1, environment__threads=2, repeats=1)
    found = both(mine, yours)
    assert list(found.obstacles) == ["threads: 1 and 2", "repeats: 2 and 1"]
    keygen = figure(found, "latency.keygen_s")
    assert (keygen.said, keygen.verdict) == ("2.00 times faster", "no verdict: threads: 1 and 2")


def test_unlike_samples_are_told() -> None:
    other = made(
        backend="pyfhel", cell="vit_tiny/digits/pyfhel/n14_first48_scale40_depth8_digits9/999999999999"
    )
    assert any(one.startswith("sample set: ") for one in both([made()], [other]).obstacles)


def test_bits_are_told_apart_and_counts_where_they_differ() -> None:
    found = both(
        [made(counts__rotations=10)],
        [made(backend="pyfhel", ladder__precision_bits=13.5, counts__rotations=12)],
    )
    assert figure(found, "ladder.precision_bits").said == "2.0 bits fewer"
    assert figure(found, "counts.rotations").said == "2 more"
    assert not any(one.measure.name == "counts.ct_ct" for one in found.figures)


def test_a_set_whose_keys_are_insecure_on_one_backend_alone_is_the_same_set() -> None:
    toy = insecure(backend="pyfhel", parameter_set="n14_first48_scale40_depth8_digits9_INSECURE")
    assert "security: 128 bits or more and INSECURE" in both([made()], [toy]).obstacles


def test_what_lacks_its_rival_is_returned_apart() -> None:
    found, alone = rivals(of([made(), failing("unsupported", "no", backend="pyfhel")]), "tenseal", "pyfhel")
    assert (found, [record.backend for record in alone]) == ([], ["tenseal"])
