"""The page: what Python knows of the records, handed to the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.figures import THIN_SPACE, Unit, written
from reports.floors import FLOORS
from reports.history import Entry
from reports.html import assets
from reports.html.columnar import DIGITS
from reports.html.conditions import groups, warnings
from reports.html.derived import address, standing
from reports.html.formats import metrics
from reports.html.glance import RANKINGS, glances
from reports.html.growth import MEASURES, growths
from reports.html.history import Told, told
from reports.html.packing import PER_STREAM, pack, streams
from reports.html.polynomials import KnownPolynomials, families
from reports.html.processes import newest
from reports.html.rows import index, units
from reports.html.sets import NamedSets
from reports.html.shared import conditions, held_out_ladders, loss_titles
from reports.record import TIMING_ONLY, Record, Status

#: A page with thousands of damaged lines or warnings names the first; the command names every damaged line.
NAMED = 50


def render(
    records: Sequence[Record],
    refused: Sequence[str],
    sources: Sequence[str],
    made: datetime,
    entries: Sequence[Entry] = (),
    sets: NamedSets | None = None,
    polynomials: KnownPolynomials | None = None,
    packed: Callable[[int], object] | None = None,
) -> str:
    """The report as HTML.

    Args:
        records: oldest first.
        refused: a sentence for each line of the stores that holds no sound record.
        sources: where the records came from, as the reader named it.
        made: the time that the page gives as its own.
        entries: a history of gates, oldest first.
        sets: what parameter sets are known by; by their long names, where nothing is.
        polynomials: how checkpoints came to their polynomials; unknown, where nothing is.
        packed: told again and again how many records are packed, which is what takes long.
    """
    template = _templates().get_template("page.html.j2")
    first, library, scripts = assets.first_script(), assets.library(), assets.scripts()
    grouped = groups(records)
    history = told(entries) if entries else None
    return template.render(
        first=first,
        library=library,
        library_facts=assets.library_facts(),
        scripts=scripts,
        policy=" ".join(map(assets.csp_source, (first, library, scripts))),
        styles=assets.styles(),
        records=records,
        addresses=[address(record) for record in records],
        refused=refused,
        named=NAMED,
        sources=sources,
        made=made,
        standings=Counter(map(standing, records)),
        statuses=Counter(record.status.value for record in records),
        failures=Status.others(Status.UNSUPPORTED),
        glances=glances(records, grouped),
        growths=growths(records),
        grouped=grouped,
        warned=warnings(records, grouped),
        index=_packed(index(records, grouped, sets or {})),
        page=_page_data(records, grouped, len(refused), history, polynomials or {}),
        history=history,
        streams=streams(records, packed),
    )


def _page_data(
    records: Sequence[Record],
    grouped: Sequence[int],
    refused: int,
    history: Told | None,
    polynomials: KnownPolynomials,
) -> dict[str, Any]:
    """What the scripts need beside the records."""
    last = newest(records, grouped)
    return {
        "backends": sorted({record.backend for record in records}),
        "per_stream": PER_STREAM,
        "digits": DIGITS,
        "timing_only": TIMING_ONLY,
        "metrics": metrics(),
        "units": units(),
        "conditions": conditions(records, grouped),
        "held_out": held_out_ladders(records, last),
        "families": families(records, last, polynomials),
        "drifts": loss_titles(),
        "floors": FLOORS._asdict(),
        "steps": history.steps if history else [],
        "gates": history.gates if history else None,
        "refused": refused,
    }


def _packed(index: Mapping[str, Any]) -> str:
    """The rows of all records: the names of their columns, then a line of values for each."""
    places = range(len(index["columns"]))
    return pack([index["columns"], *([row[place] for row in index["rows"]] for place in places)])


def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    templates.filters["written"] = _written
    templates.filters["breakable"] = _breakable
    templates.globals["rankings"] = RANKINGS
    templates.globals["grown"] = tuple(MEASURES)
    return templates


def _breakable(name: str) -> Markup:
    """A long name that may break after its separators."""
    return Markup("_<wbr>").join(name.split("_"))


def _written(value: float, unit: Unit) -> str:
    """A number in its unit, with the scripts' sign between thousands."""
    return written(value, unit, thousands=THIN_SPACE)
