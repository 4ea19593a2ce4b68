"""Peak memory of a party's own process."""

from __future__ import annotations

import numpy as np

from bench.parties.memory import peak_bytes, reset_peak

MIB = 1 << 20


def test_the_peak_of_this_process_rises_stays_and_is_reset() -> None:
    reset_peak()  # what earlier tests of this process took and gave back may be more than this one takes
    before = peak_bytes()
    block = np.ones(150 * MIB, dtype=np.uint8)
    risen = peak_bytes()
    del block
    assert risen > before + 100 * MIB
    kept = peak_bytes()
    assert kept > risen - MIB  # the kernel counts pages in batches
    reset_peak()
    after = peak_bytes()
    assert after < risen - 100 * MIB
