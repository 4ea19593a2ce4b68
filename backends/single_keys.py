"""Evaluation keys that are made, written and released one by one, as most libraries allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backends.interface import KeyOwner, Keys


def one_by_one(owner: KeyOwner, rotation_steps: Sequence[int], conjugation: bool) -> Iterator[Keys]:
    """Those of a program without bootstraps, each by `KeyOwner.make_keys`.

    Args:
        owner: makes them.
        rotation_steps: each has a key of its own, once.
        conjugation: whether there is one for a conjugation.
    """
    yield owner.make_keys("relinearisation_key", ())
    for step in sorted(set(rotation_steps)):
        yield owner.make_keys("rotation_keys", (step,))
    if conjugation:
        yield owner.make_keys("conjugation_key", ())
