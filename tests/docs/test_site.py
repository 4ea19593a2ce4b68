"""The site that was built has no link that leads nowhere, and loads nothing from elsewhere.

Sphinx has warned of documents' links before; this reads the pages as a browser does, templates included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

#: Where `tox -e docs` has built it.
SITE = Path(os.environ.get("BENCH_SITE", "build/site"))
#: Written by other programs, whose links are their own matter: the report's are tested with the report.
APART = ("report.html", "genindex.html", "search.html")


@dataclass
class Page(HTMLParser):
    """What a page links to, what it loads, and the names to which others may link."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.names.update(found[name] for name in ("id", "name") if name in found)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and "href" in found:
            self.loads.append(found["href"])
        elif "src" in found:
            self.loads.append(found["src"])


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    assert SITE.is_dir(), f"{SITE} is not there; `tox -e docs` builds it, or name another in BENCH_SITE"
    found = {path.resolve(): read(path.read_text(encoding="utf-8")) for path in SITE.rglob("*.html")}
    return {path: page for path, page in found.items() if path.name not in APART}


def dead(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    """Addresses within the site that lead nowhere."""
    for address in (*page.links, *page.loads):
        split = urlsplit(address)
        if split.scheme or split.netloc:
            continue
        target = (path.parent / unquote(split.path)).resolve() if split.path else path
        named = pages[target].names if target in pages else None
        if not target.exists() or (split.fragment and named is not None and split.fragment not in named):
            yield address


def test_links_lead_to_what_there_is(pages: dict[Path, Page]) -> None:
    assert len(pages) > 30
    assert {path.name: found for path, page in pages.items() if (found := [*dead(path, page, pages)])} == {}


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert [one for page in pages.values() for one in page.loads if urlsplit(one).netloc] == []


def test_the_example_report_opens_from_the_first_page(pages: dict[Path, Page]) -> None:
    first = (SITE / "docs" / "index.html").resolve()
    assert "../report.html" in pages[first].links


def test_the_reference_of_records_and_the_notebooks_output_are_in_it(pages: dict[Path, Page]) -> None:
    records, notebook = ((SITE / "docs" / name).resolve() for name in ("records.html", "python.html"))
    assert {"latency-primitives", "environment"} <= pages[records].names
    assert any(address.endswith(".png") for address in pages[notebook].loads)
    assert "counts.rotations" in notebook.read_text(encoding="utf-8")


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    text = '<a href="gone.html">x</a><a href="#here" id="here">y</a><a href="#gone">z</a>'
    path = tmp_path / "page.html"
    path.write_text(text)
    page = read(text)
    assert [*dead(path, page, {path: page})] == ["gone.html", "#gone"]
