"""Ideas that have one home: metrics are named, and bytes are formatted, in one file each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.metrics.catalogue import METRICS
from tests.test_walls import ROOT, SOURCES, module_of
from tests.walls import imported, within

METRICS_HOME = ROOT / "models" / "metrics" / "catalogue.py"
FORMATS_HOME = ROOT / "reports" / "figures.py"
#: The form of another harness has a field of its own that is called so.
FOREIGN_NAMES = {(ROOT / "reports" / "exports" / "fhe_benchmarking.py", "accuracy")}
#: A unit of bytes behind a formatted number, and divisors and shifts that make one.
FORMATTED = re.compile(
    r"""\}\s?(?:[kKMGT]i?B)\b|/\s*(?:1e[69]|10\s?\*\*\s?[69]|2\s?\*\*\s?[23]0|1024|_?GIB|_?MIB)\b"""
)

#: What reads files that this project ships or has just written or checked, of the kernel, or in open files.
OWN_READERS = {
    *("reports/html/assets.py", "reports/html/modules.py", "reports/store.py", "models/processor.py"),
    *("bench/cli/commands/tune.py", "bench/remote/frames.py", "bench/run/energy.py", "bench/run/code.py"),
    "bench/run/scratch.py",
}


def metric_names(source: str) -> Iterator[str]:
    """Text in a module that is the name of a metric, docstrings apart."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in METRICS:
            yield str(node.value)


def formatted_bytes(source: str) -> list[str]:
    """Lines that scale bytes or write their unit."""
    return [line.strip() for line in source.splitlines() if FORMATTED.search(line)]


def test_metrics_are_asked_for_by_name_nowhere() -> None:
    found = {
        (path, name) for path in SOURCES if path != METRICS_HOME for name in metric_names(path.read_text())
    }
    assert found == FOREIGN_NAMES


def test_bytes_are_formatted_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if path != FORMATS_HOME and (lines := formatted_bytes(path.read_text()))
    }
    assert found == {}


def reads_of_paths(source: str) -> set[str]:
    """Calls that read a file by its path, and wait where that is a pipe."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        node.func.attr
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and (node.func.attr in ("read_text", "read_bytes") or _opens(node))
    }


def _opens(call: ast.Call) -> bool:
    """Whether it is `path.open()`, `path.open("rb")` or the like, and no call with a file that is open."""
    assert isinstance(call.func, ast.Attribute)
    modes = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    adds_or_reads = not call.args or any(mode.startswith(("r", "a")) for mode in modes)
    return call.func.attr == "open" and not call.keywords and adds_or_reads


def test_what_people_name_or_keep_is_opened_in_one_place() -> None:
    """Parties, adapters and environments have folders of their own, whose files are looked at before."""
    elsewhere = {ROOT / "backends", ROOT / "bench" / "parties", ROOT / "bench" / "environments"}
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if not elsewhere & set(path.parents) and reads_of_paths(path.read_text())
    }
    assert found == OWN_READERS


def test_a_reader_of_a_path_is_noticed() -> None:
    assert reads_of_paths("path.read_text()") == {"read_text"}
    assert reads_of_paths('path.open("ab")') == reads_of_paths("path.open()") == {"open"}
    assert reads_of_paths('path.open("wb")\nopened(path)\nImage.open(file)') == set()


def test_units_are_not_guessed_from_names() -> None:
    guess = re.compile(r"""endswith\(\(?["'](?:_s|_bytes|_bits|\.bytes)["']""")
    assert [str(path) for path in SOURCES if guess.search(path.read_text())] == []


def closure(*roots: str) -> set[str]:
    """Modules of this project that importing these loads, themselves included."""
    modules = {module_of(path): path for path in SOURCES}
    found: set[str] = set()
    left = [name for name in modules if any(within(name, root) for root in roots)]
    while left:
        module = left.pop()
        found.add(module)
        path = modules[module]
        names = imported(module, path.read_text(), is_package=path.name == "__init__.py")
        reached = {one for name in names for one in (name, name.rpartition(".")[0]) if one in modules}
        left += reached - found
    return found


def test_scoring_depends_on_nothing_but_what_scores() -> None:
    """What a record's scores are computed by, apart from page, gate, exports and store."""
    allowed = (
        "models.metrics",
        "models.arrays",
        "models.errors",
        "reports.scoring",
        "reports.record",
        "reports.costs",
        "reports.ladder",
        "reports.quantities",
        "reports.block",
        "reports.origin",
    )
    loaded = closure("models.metrics", "reports.scoring") - {"models", "reports", "reports.errors"}
    assert [name for name in sorted(loaded) if not any(within(name, one) for one in allowed)] == []


def test_that_closure_sees_what_is_imported_indirectly() -> None:
    assert "models.metrics.intervals" in closure("reports.figures")
    assert "reports.store" not in closure("reports.scoring")


@pytest.mark.parametrize("source", ['x == "accuracy"', 'f({"metric": "perplexity"})'])
def test_a_metric_that_is_asked_for_is_found(source: str) -> None:
    assert len(list(metric_names(source))) == 1


@pytest.mark.parametrize(
    "source", ['f"{size / 1e9:.1f} GB"', "size / 2**30", "free / _GIB", 'f"{size:.3g} MB"', 'f"{shown} GiB"']
)
def test_formatted_bytes_are_found(source: str) -> None:
    assert formatted_bytes(source) == [source]


def test_the_homes_are_there() -> None:
    assert set(metric_names(METRICS_HOME.read_text())) == set(METRICS)
    assert Path(FORMATS_HOME).is_file()
