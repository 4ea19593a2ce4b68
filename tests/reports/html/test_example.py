"""The committed example report: what documents say of its records is so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from reports.figures import significant
from reports.markdown import table
from tests.reports.html.unpacking import records_of, rows_of

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "report.html"
#: backend and how the name of its parameter set ends → heading.
SIDES = {
    ("openfhe", "_digits9"): "OpenFHE",
    ("tenseal", "_digits9"): "TenSEAL",
    ("pyfhel", "_digits9"): "Pyfhel",
    ("tenseal", "_vectors"): "TenSEAL's `CKKSVector`",
    ("tenseal", "_tensors"): "TenSEAL's `CKKSTensor`",
}


def rows() -> list[dict[str, Any]]:
    """The rows of the example's records, by the names of their columns."""
    return rows_of(EXAMPLE.read_text())


def layers_table(found: list[dict[str, Any]]) -> str:
    """Seconds of an evaluation, layer by layer; a dash where the types do not compute it or take hours."""
    seconds = {
        (row["case"], *side): row["latency.evaluate_s"]
        for row in found
        for side in SIDES
        if row["suite"] == "layers" and row["derived.newest"]
        if (row["backend"], True) == (side[0], row["parameter_set"].endswith(side[1]))
    }
    suite = yaml.safe_load((ROOT / "suites" / "layers.yaml").read_text())
    cases = [case["name"] for case in suite["cases"]]
    lines = [(f"`{case}`", *(_shown(seconds.get((case, *side))) for side in SIDES)) for case in cases]
    return table(("seconds", *SIDES.values()), lines)


def _shown(value: float | None) -> str:
    return "–" if value is None else significant(value)


def test_the_readmes_table_of_layers_is_the_examples() -> None:
    found = layers_table(rows())
    assert found.count("\n") == 15  # 14 layers
    assert found in (ROOT / "README.md").read_text()


def test_primitives_add_up_to_the_evaluation_on_every_library() -> None:
    """As `docs/metrics.md` says of `latency.primitives`."""
    parts: dict[str, list[float]] = {}
    for record in records_of(EXAMPLE.read_text()):
        evaluated = [one.s for one in record.latency.primitives or [] if one.s is not None]
        if record.shape is not None and record.latency.evaluate_s and evaluated:
            parts.setdefault(record.backend, []).append(sum(evaluated) / record.latency.evaluate_s)
    assert {"openfhe", "tenseal", "pyfhel"} <= parts.keys()
    assert all(0.95 <= part <= 1 for found in parts.values() for part in found), parts


def test_the_paper_s_shape_was_planned_in_seconds() -> None:
    """As `docs/prediction.md` says."""
    planned = [row["latency.plan_s"] for row in rows() if row["suite"] == "vit_cifar10_full"]
    assert planned
    assert max(planned) < 10
