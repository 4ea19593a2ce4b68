"""The digests of code see what can change a result, each what has to be done again, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.run.code import adapter_digest, program_digest
from tests.bench.commands import ROOT
from tests.walls import PACKAGES

#: Prints the digests of a checkout, by what they digest.
PRINTED = """
import json
from bench.run.code import adapter_digest, program_digest, scoring_digest
from bench.run.model import ModelKind
from bench.run.primitives import PrimitivesKind
print(json.dumps({
    "program": program_digest(ModelKind.modules),
    "scoring": scoring_digest(ModelKind.modules),
    "adapter": adapter_digest(("backends.tenseal.adapter:TenSeal",)),
    "primitives": program_digest(PrimitivesKind.modules),
}))
"""

CHANGES = {
    "backends/replay.py": {"program", "primitives"},
    "backends/tensor/linear.py": {"program"},
    "models/reference.py": {"program"},
    "bench/run/model.py": {"program"},
    "bench/run/primitives.py": {"primitives"},
    "bench/run/recording.py": {"program", "primitives"},
    "bench/parties/process.py": {"program", "primitives"},
    "bench/parties/launch.py": {"program", "primitives"},
    "bench/run/scoring.py": {"scoring"},
    "reports/scoring/precision.py": {"scoring"},
    "reports/scoring/held_out.py": {"scoring"},
    "models/metrics/catalogue.py": {"scoring"},
    "models/metrics/intervals.py": {"scoring"},
    "backends/tenseal/context.py": {"adapter"},
    "backends/seal/chain.py": {"adapter"},
    "backends/tenseal/attack.py": set(),
    "backends/openfhe/adapter.py": set(),
    "bench/cli/progress.py": set(),
    "bench/cli/tables.py": set(),
    "bench/run/service.py": set(),
    "bench/run/estimates.py": set(),
    "bench/run/prediction/fit.py": set(),
    "models/documents/reading.py": set(),
    "reports/html/page.py": set(),
    "reports/gate/rules.py": set(),
    "reports/store.py": set(),
    "models/training/fit.py": set(),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "vendor", "checkpoints")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def before(checkout: Path) -> dict[str, str]:
    return digests(checkout)


def digests(checkout: Path) -> dict[str, str]:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(checkout)!r})\n{PRINTED}"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(params=CHANGES)
def touched(request: pytest.FixtureRequest, checkout: Path) -> Iterator[str]:
    """A comment at the end of a file of the checkout, for as long as a test runs."""
    path = checkout / request.param
    text = path.read_text()
    path.write_text(text + "# another comment\n")
    yield request.param
    path.write_text(text)


def test_a_file_is_in_the_digest_of_what_must_be_done_again(
    checkout: Path, before: dict[str, str], touched: str
) -> None:
    after = digests(checkout)
    assert {name for name in before if before[name] != after[name]} == CHANGES[touched]


def test_a_module_that_is_not_there_has_no_digest() -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        adapter_digest(("nowhere.adapter:Nowhere",))
    with pytest.raises(ModuleNotFoundError, match=r"bench\.run\.nowhere cannot be found"):
        program_digest(("bench.run.nowhere",))
