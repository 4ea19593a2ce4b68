"""How the checkpoints that are here came to their polynomials, by the digests that records know them by."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from bench.spec.suite import CHECKPOINTS
from models.checkpoint import RUNGS, ladder, model_digest
from models.errors import ModelError
from reports.html.polynomials import Polynomials

#: What LayerNorm divides by, which stands in attention and MLPs and is of neither; and the cubics of a guard.
_OF_NEITHER = re.compile(r"\.norm\.|\.bounded\b")


def known_polynomials(wanted: Collection[str], folder: Path = CHECKPOINTS) -> dict[str, Polynomials]:
    """Digest of each checkpoint in a folder that is wanted → how it came to its polynomials.

    What has no ladder, or one of another form, is left out: the report has a dash in its place.
    """
    found = {}
    for checkpoint in sorted(folder.iterdir()):
        if all((checkpoint / f"{rung}.json").is_file() for rung in RUNGS):
            digest = model_digest(checkpoint)
            told = _told(checkpoint) if digest in wanted else None
            if told is not None:
                found[digest] = told
    return found


def _told(checkpoint: Path) -> Polynomials | None:
    try:
        noted = ladder(checkpoint)
        degrees = [
            (one["layer"], one["degree"]) for one in noted["intervals"] if not _OF_NEITHER.search(one["name"])
        ]
        recipe, rungs = noted["recipe"], noted["rungs"]
        if recipe.get("trained") is not None:
            way = _way_to(checkpoint.parent / Path(recipe["trained"]).name)
        else:
            way = _way(
                recipe["he_friendly"]["attention"],
                kept="kept" in rungs["he_friendly"],
                warm=bool(recipe.get("warm_start")),
            )
        if way is not None and recipe.get("conversion", {}).get("guard") is not None:
            way += ", with a guard"
        return Polynomials(way, _degrees(degrees, "attention"), _degrees(degrees, "mlp"))
    except (ModelError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _way_to(checkpoint: Path) -> str | None:
    """That of a checkpoint whose trained rungs were taken; None where it is not here."""
    told = _told(checkpoint)
    return None if told is None else told.way


def _way(attention: str, *, kept: bool, warm: bool) -> str:
    """In the words of docs/your-model.md."""
    if kept:
        return "kept"
    way = "warm start" if warm else "trained from nothing"
    return f"Power-Softmax, {way}" if attention == "power_softmax" else way


def _degrees(degrees: list[tuple[str, int]], part: str) -> str | None:
    """The degrees that polynomials of one part of the blocks have, the least first."""
    found = sorted({degree for layer, degree in degrees if layer.endswith(f".{part}")})
    return ", ".join(map(str, found)) or None
