"""The files that a report is made of, as they lie in this package."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import yaml

from reports.html.modules import join

FOLDER = Path(__file__).parent
LIBRARY = FOLDER / "vendor" / "echarts"

SCRIPTS = FOLDER / "scripts"


def library() -> str:
    """The plotting library, as its publisher made it; its licence is at its head."""
    return (LIBRARY / "echarts.min.js").read_text(encoding="utf-8")


def library_facts() -> dict[str, str]:
    """Name, version, digest and licence of the plotting library."""
    facts: dict[str, str] = yaml.safe_load((LIBRARY / "VENDORED.yaml").read_text(encoding="utf-8"))
    return facts


def scripts() -> str:
    """The report's own modules as one script, whose names nothing outside sees."""
    return join(SCRIPTS, "main.js")


def first_script() -> str:
    """What runs before the page is drawn."""
    return (SCRIPTS / "first.js").read_text(encoding="utf-8")


def styles() -> str:
    """The report's styles."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((FOLDER / "styles").glob("*.css")))


def csp_source(script: str) -> str:
    """What a content security policy calls a script: a script that is not named so does not run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
