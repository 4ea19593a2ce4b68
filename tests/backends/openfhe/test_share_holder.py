"""Several key owners on OpenFHE: what their shares make together, and that fewer of them read nothing.

OpenFHE keeps keys in process-wide maps, so the scenario runs in a fresh process and returns what tests judge.
Between processes of their own they are tested in `tests/end_to_end/test_threshold.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log2, sqrt
from pathlib import Path

import numpy as np
import pytest

from backends.errors import Unsupported
from backends.interface import Ciphertext, KeyFile, SecurityFacts, Vector
from backends.openfhe.adapter import OpenFHE
from backends.openfhe.capabilities import INTERACTIVE_BOOTSTRAP_INPUT_LEVEL, capabilities
from backends.parameters import BootstrapParameters, ParameterSet
from backends.stopwatch import Stopwatch
from backends.threshold import ShareHolder
from tests.backends.openfhe.fusing import distance_from_uniform, each_over_modulus, most_by_chance
from tests.backends.test_openfhe import in_fresh_process

THREE = ParameterSet(11, 55, 50, 5, 6, security=0, parties=3)
BOOTSTRAPS = ParameterSet(
    10, 55, 50, 24, 3, security=0, bootstrap=BootstrapParameters((2, 2), 5, 18), parties=3
)
STEP = 3
#: Numbers of key owners: any two, and all.
CHOICES = [*combinations(range(3), 2), (0, 1, 2)]


@dataclass(frozen=True)
class Found:
    """What three key owners and an evaluator computed of random slots `values`."""

    values: Vector
    decrypted: Vector
    rotated: Vector
    conjugated: Vector
    squared: Vector
    by_two: list[Vector]
    over_modulus: list[Vector]
    zeros: Vector
    raised: Vector
    raised_level: int
    flooding_bits: float
    security: SecurityFacts


def made(parameters: ParameterSet, folder: Path) -> tuple[list[ShareHolder], list[KeyFile]]:
    """Key owners with their joint keys, and the files for the evaluator, which lie in the folder."""
    holders = [OpenFHE.share_holder(parameters, number) for number in range(parameters.parties)]
    watch, files = Stopwatch(), []
    for key in holders[0].joint_keys([STEP], parameters.bootstrap is not None, conjugation=True):
        received = None
        for number, holder in enumerate(holders):
            own = folder / str(number)
            own.mkdir(exist_ok=True)
            file = holder.contribute(key, received, own, watch, watch)
            received = own / file.name
        assert received is not None
        for holder in holders if key.for_owners else ():
            holder.adopt(key.file.kind, received)
        if key.for_evaluator:
            files.append(key.file)
            received.rename(folder / key.file.name)
    return holders, files


def fused(holders: Sequence[ShareHolder], ciphertext: Ciphertext) -> Vector:
    return holders[0].fuse([holder.share(ciphertext) for holder in holders])


def written(holders: Sequence[ShareHolder], ciphertext: Ciphertext, folder: Path) -> list[Path]:
    """Files of all partial decryptions."""
    files = [folder / f"share_{number}" for number in range(len(holders))]
    for holder, file in zip(holders, files, strict=True):
        holder.write(holder.share(ciphertext), file)
    return files


def compute(folder: Path) -> Found:
    holders, files = made(THREE, folder)
    evaluator = OpenFHE.evaluator(THREE, folder, files)
    values = np.random.default_rng(1).uniform(-1, 1, THREE.slots)
    a = holders[0].encrypt(values, THREE.depth)
    entering = holders[0].encrypt(values, INTERACTIVE_BOOTSTRAP_INPUT_LEVEL)
    ready, random = holders[0].begin_bootstrap(entering)
    parts = [holder.share_bootstrap(ready, random) for holder in holders]
    raised = holders[0].finish_bootstrap(ready, random, parts)
    square = evaluator.rescale(evaluator.relinearise(evaluator.multiply(a, a)))
    return Found(
        values=values,
        decrypted=fused(holders, a),
        rotated=fused(holders, evaluator.rotate(a, STEP)),
        conjugated=fused(holders, evaluator.conjugate(a)),
        squared=fused(holders, square),
        by_two=[fused(two, a) for two in combinations(holders, 2)],
        over_modulus=each_over_modulus(written(holders, a, folder), CHOICES, THREE),
        raised=fused(holders, raised),
        raised_level=evaluator.level(raised),
        zeros=fused(holders, holders[1].encrypt(np.zeros(THREE.slots), 0)),
        flooding_bits=holders[0].flooding_bits,
        security=holders[-1].security(),
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    three: Found = in_fresh_process(compute, tmp_path_factory.mktemp("keys"))
    return three


def test_joint_keys_do_what_those_of_one_owner_do(found: Found) -> None:
    close = 2.0**-18  # the flooding is 2^20.8 in coefficients of a scale of 2^50
    np.testing.assert_allclose(found.decrypted, found.values, atol=close)
    np.testing.assert_allclose(found.rotated, np.roll(found.values, -STEP), atol=close)
    np.testing.assert_allclose(found.conjugated, found.values, atol=close)
    np.testing.assert_allclose(found.squared, found.values**2, atol=close)


def test_any_two_shares_of_three_read_nothing(found: Found) -> None:
    assert len(found.by_two) == 3
    for read in found.by_two:
        assert np.isnan(read).all()


def test_what_two_shares_of_three_fuse_to_is_uniform_modulo_q(found: Found) -> None:
    """OpenFHE's refusal aside, no coefficient tells anything of the plaintext."""
    *by_two, by_all = found.over_modulus
    assert len(by_two) == 3
    for fused_by_two in by_two:
        assert distance_from_uniform(fused_by_two) < most_by_chance(THREE.n)
    assert np.abs(by_all).max() < 2.0**-10  # of the size of the scale, and not of q
    assert distance_from_uniform(by_all) > 0.4


def test_an_interactive_bootstrap_returns_at_the_highest_level(found: Found) -> None:
    assert found.raised_level == THREE.depth
    np.testing.assert_allclose(found.raised, found.values, atol=2.0**-18)


def test_the_flooding_is_as_wide_as_it_is_said_to_be(found: Found) -> None:
    """A fresh encryption errs by far less; what is decoded has noise of its own, as much again."""
    width = float(np.std(found.zeros)) * 2.0**THREE.scale_bits / sqrt(THREE.n / 2)
    expected = found.flooding_bits + log2(THREE.parties) / 2 + 0.5
    assert abs(log2(width) - expected) < 0.2


def test_security_is_read_from_the_joint_keys(found: Found) -> None:
    foretold = capabilities(THREE).security
    assert foretold is not None
    assert found.security.log_p == foretold.log_p
    assert abs(found.security.log_q - foretold.log_q) < 1e-6


def bootstrap(folder: Path) -> tuple[Vector, Vector, int]:
    holders, files = made(BOOTSTRAPS, folder)
    evaluator = OpenFHE.evaluator(BOOTSTRAPS, folder, files)
    values = np.random.default_rng(1).uniform(-1, 1, BOOTSTRAPS.slots)
    raised = evaluator.bootstrap(holders[0].encrypt(values, 1))
    return values, fused(holders, raised), evaluator.level(raised)


def test_the_ordinary_bootstrap_runs_under_the_joint_key(tmp_path: Path) -> None:
    values, raised, level = in_fresh_process(bootstrap, tmp_path)
    assert level == capabilities(BOOTSTRAPS).bootstrap_output_level
    np.testing.assert_allclose(raised, values, atol=2.0**-11)


def test_a_sparse_secret_has_no_joint_keys() -> None:
    sparse = ParameterSet(
        12, 55, 50, 24, 3, "sparse_encapsulated", 0, BootstrapParameters((3, 3), 5, 16), parties=3
    )
    with pytest.raises(Unsupported, match="sparse_encapsulated"):
        capabilities(sparse)
