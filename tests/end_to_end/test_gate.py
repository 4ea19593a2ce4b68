"""The project's own gate: toy cells, encrypted, against a committed baseline of what they count and reach."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.test_run import ROOT, bench


def test_toy_cells_hold_to_the_committed_baseline(backend: str, tmp_path: Path) -> None:
    """Counts, levels, messages, bytes, bits, labels; a change that costs something comes with an `accept`.

    One process a cell: bits are held by the mean error, which hardly differs from one to the next.
    """
    results, baseline = tmp_path / "results", ROOT / "suites" / "baselines" / f"toy_{backend}.json"
    done = bench("run", "toy", "--backend", backend, "--output", str(results))
    assert done.returncode == 0, done.stdout + done.stderr
    held = bench("gate", str(results), "--baseline", str(baseline))
    assert held.returncode == 0, held.stdout + held.stderr
