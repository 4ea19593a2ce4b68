"""A report over real records and over every standing that a record can have, open in a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from selenium import webdriver

from reports.history import Entry
from reports.html.page import render
from reports.record import Record
from reports.store import load_output
from tests.reports.html.browser.chromium import Tabs, open_page, started, tab
from tests.reports.html.histories import gates
from tests.reports.html.records import failing, insecure, made

ROOT = Path(__file__).resolve().parents[4]
#: What a name or a reason could hold; run, it would leave a mark.
ATTACK = "</script><script>window.attacked = 1</script><img src=x onerror='window.attacked = 2'>"


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Records of the simulator, timed and probed."""
    output = tmp_path_factory.mktemp("real")
    command = [sys.executable, "-m", "bench", "run", "toy", "--backend", "cleartext", "--output", str(output)]
    command += ["--parameters", "round_trip"]
    for more in ([], ["--probes"]):
        subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True)
    return [stored.record for stored in load_output(output).stored]


@pytest.fixture(scope="session")
def records(real: list[Record]) -> list[Record]:
    """Real ones, and made ones: backends that compare, other threads, what is not to be ranked."""
    return [
        *real,
        made(),
        made(backend="pyfhel", ladder__precision_bits=18.0, latency__per_sample_s=1.5),
        made(backend="openfhe", ladder__precision_bits=12.0, latency__per_sample_s=2.5),
        made(parameter_set="n15_deep", security__log_n=15, latency__per_sample_s=3.0),
        made(backend="pyfhel", environment__threads=2),
        insecure(latency__per_sample_s=0.001),
        failing(
            "unsupported", "the library cannot bootstrap", backend="pyfhel", parameter_set="n16_bootstrap"
        ),
        failing("timed_out", "600 s were not enough", backend="openfhe", parameter_set="n15_deep"),
        failing("failed", ATTACK, case=ATTACK, parameter_set=ATTACK),
    ]


class Write(Protocol):
    """Writes a report of records and returns its path."""

    def __call__(
        self, records: Sequence[Record], refused: Sequence[str] = (), entries: Sequence[Entry] = ()
    ) -> Path: ...


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes reports, each to a file of its own."""

    def write(records: Sequence[Record], refused: Sequence[str] = (), entries: Sequence[Entry] = ()) -> Path:
        path = tmp_path_factory.mktemp("page") / "report.html"
        made_at = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
        path.write_text(render(records, refused, ["results"], made_at, entries))
        return path

    return write


@pytest.fixture(scope="session")
def page(records: list[Record], write: Write) -> Path:
    """The report as a file."""
    past = gates(made().cell, [60.0] * 8, [1200] * 4 + [1201] * 4)
    return write(records, [f"records.jsonl:3: {ATTACK}"], past)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Tabs]:
    """One browser for all tests of a process."""
    with started() as browser:
        yield partial(tab, browser)


@pytest.fixture(scope="module")
def untouched(page: Path, chromium: Tabs) -> Iterator[webdriver.Chrome]:
    """The report, open on a desktop's screen, for those that only look at it."""
    with chromium() as browser:
        open_page(browser, page)
        yield browser


@pytest.fixture
def chrome(page: Path, chromium: Tabs) -> Iterator[webdriver.Chrome]:
    """The same, for one test alone, which may press what it likes."""
    with chromium() as browser:
        open_page(browser, page)
        yield browser
