"""A backend looks the same on every page, whichever others are on it."""

from __future__ import annotations

from reports.record import Record
from tests.reports.html.browser.chromium import Tabs, open_page
from tests.reports.html.browser.conftest import Write
from tests.reports.html.records import BACKENDS, made

#: Of each backend the colour beside its name, and that of its marks in the plot of latency against precision.
LOOKS = """const dots = [...document.querySelectorAll('#filter-backends .backend')].map((one) =>
        [one.textContent, getComputedStyle(one.querySelector('.dot')).backgroundColor]);
    const marks = document.querySelector('#front .plot').figure.chart.getOption().series
        .filter((one) => one.type === 'scatter').map((one) => [one.name, [one.itemStyle.color, one.symbol]]);
    return [Object.fromEntries(dots), Object.fromEntries(marks)]"""


def test_one_colour_and_one_symbol_a_backend_on_every_page(write: Write, chromium: Tabs) -> None:
    def of(*backends: str) -> list[Record]:
        return [made(backend=backend) for backend in backends]

    pages = [
        of(*BACKENDS),
        of("tenseal", "pyfhel"),
        of("tenseal"),
        of("a_foreign_one", "tenseal", "zz", "openfhe"),
    ]
    dots: dict[str, set[str]] = {}
    marks: dict[str, set[str]] = {}
    with chromium() as chrome:
        for records in pages:
            open_page(chrome, write(records))
            for found, looks in zip((dots, marks), chrome.execute_script(LOOKS), strict=True):
                assert len(looks) == len(records)
                for backend, look in looks.items():
                    found.setdefault(backend, set()).add(str(look))
    for found in (dots, marks):
        assert [len(looks) for looks in found.values()] == [1] * len(found)
        assert len({min(found[backend]) for backend in BACKENDS}) == len(BACKENDS)
