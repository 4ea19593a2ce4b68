"""What a library may lack: it does it as announced, or says that it does not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from backends.errors import Unsupported
from backends.registry import get, load_library
from tests.conformance.conftest import precision_bits
from tests.toy import BOOTSTRAPPING, PORTABLE


def bootstrap_once(name: str, folder: Path) -> tuple[int, float, Counter[str]]:
    """Level, precision and counts of one bootstrap; run in a process of its own, as each party is."""
    library = load_library(get(name).adapter)
    owner = library.key_owner(BOOTSTRAPPING)
    evaluator = library.evaluator(BOOTSTRAPPING, folder, owner.generate(folder, (), bootstrap=True))
    values = np.random.default_rng(3).uniform(-1, 1, BOOTSTRAPPING.slots)
    lowest = get(name).capabilities(BOOTSTRAPPING).bootstrap_input_level
    refreshed = evaluator.bootstrap(owner.encrypt(values, lowest))
    return evaluator.level(refreshed), precision_bits(owner.decrypt(refreshed), values), evaluator.counts


def test_bootstraps_as_announced_or_says_why_not(backend: str, tmp_path: Path) -> None:
    try:
        offered = get(backend).capabilities(BOOTSTRAPPING)
    except Unsupported:  # the reasons are tested where they are written
        return
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        level, bits, counts = pool.submit(bootstrap_once, backend, tmp_path).result()
    assert level == offered.bootstrap_output_level
    assert bits >= 12
    assert counts == {"bootstraps": 1}


def test_without_a_bootstrap_there_is_a_reason(backend: str) -> None:
    offered = get(backend).capabilities(PORTABLE)
    assert offered.bootstrap_output_level is None
    assert offered.no_bootstrap_reason


def keys_one_kind_at_a_time(name: str, folder: Path) -> dict[str, float]:
    """Bits of what the keys that were made, written and loaded apart are good for; in its own process."""
    library = load_library(get(name).adapter)
    owner = library.key_owner(PORTABLE)
    files = owner.generate(folder, (1, 2), bootstrap=False)
    evaluator = library.evaluator(PORTABLE, folder, files)
    (folder / "apart").mkdir()
    for kind in ("public_key", "relinearisation_key", "rotation_keys"):
        for _ in range(2):  # as when they are measured: made again and again
            keys = owner.make_keys(kind, (1,))
            owner.release_keys(keys)
        keys = owner.make_keys(kind, (1,))
        file = owner.write_keys(keys, folder / "apart")
        owner.release_keys(keys)
        assert file.kind == kind
        if kind != "public_key":  # which is of another secret key
            evaluator.load_keys(folder / "apart", file)
            evaluator.load_keys(folder / "apart", file)
    a, b = np.random.default_rng(4).uniform(-1, 1, (2, PORTABLE.slots))
    x, y = owner.encrypt(a, 3), owner.encrypt(b, 3)
    product = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, y)))
    return {
        "rotation": precision_bits(owner.decrypt(evaluator.rotate(x, 1)), np.roll(a, -1)),
        "relinearisation": precision_bits(owner.decrypt(product), a * b),
    }


def test_makes_and_loads_keys_one_kind_at_a_time_or_says_why_not(backend: str, tmp_path: Path) -> None:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        try:
            bits = pool.submit(keys_one_kind_at_a_time, backend, tmp_path).result()
        except Unsupported as error:
            reason, bits = str(error), {}
    assert bits or "make_keys" in reason
    assert all(found >= 20 for found in bits.values()), bits
