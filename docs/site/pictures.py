"""Make the pictures of the README anew: the badges from `pyproject.toml`, the report by a headless browser.

    tox exec -e docs -- python docs/site/pictures.py

needs Debian's package chromium. `tests/docs/test_pictures.py` sees that the badges are true.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "docs" / "examples" / "report.html"
#: What a reader sees first on a common screen, and how many colours tell it.
WIDTH, HEIGHT, COLOURS = 1400, 900, 128
#: How long the page may draw by its own clock, in milliseconds.
PATIENCE_MS = 20_000
#: The largest picture that a README should make a reader load.
MOST_BYTES = 200_000
#: Pixels of a letter of the badges' font, about, and of the space beside a text.
LETTER, SPACE = 6.6, 12

BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {value}">
<title>{label}: {value}</title>
<rect width="{width}" height="20" rx="3" fill="#555"/>
<path d="M{left} 0h{rest}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{rest}z" fill="#0a5f9e"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_x}" y="14">{label}</text>
<text x="{value_x}" y="14">{value}</text>
</g>
</svg>
"""


def badge(label: str, value: str) -> str:
    """A badge as SVG."""
    left, right = (round(len(text) * LETTER) + SPACE for text in (label, value))
    return BADGE.format(
        label=label,
        value=value,
        width=left + right,
        left=left,
        rest=right - 3,
        label_x=left / 2,
        value_x=left + right / 2,
    )


def badges(pyproject: str) -> dict[str, str]:
    """Name of the file → SVG, from what the project declares."""
    (licence,) = re.findall(r'^license = "([^"]+)"', pyproject, re.MULTILINE)
    minors = [int(found) for found in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', pyproject)]
    return {
        "licence.svg": badge("licence", licence),
        "python.svg": badge("python", f"3.{min(minors)} – 3.{max(minors)}"),
    }


def report() -> bytes:
    """The example report as it opens, as a PNG of few colours.

    Raises:
        FileNotFoundError: there is no chromium.
        ValueError: the picture is larger than `MOST_BYTES`.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError("no chromium; install Debian's package chromium")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "report.png"
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--virtual-time-budget={PATIENCE_MS}",
        )
        size = f"--window-size={WIDTH},{HEIGHT}"
        subprocess.run(
            [
                chromium,
                *options,
                f"--user-data-dir={folder}/profile",
                size,
                f"--screenshot={shot}",
                EXAMPLE.as_uri(),
            ],
            check=True,
            timeout=600,
        )
        picture = io.BytesIO()
        with Image.open(shot) as image:
            image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
                picture, "PNG", optimize=True
            )
    if len(picture.getvalue()) > MOST_BYTES:
        raise ValueError(f"the picture takes {len(picture.getvalue()):,} bytes; lower COLOURS or HEIGHT")
    return picture.getvalue()


def main() -> int:
    """Write them all."""
    PICTURES.mkdir(exist_ok=True)
    for name, text in badges((ROOT / "pyproject.toml").read_text()).items():
        (PICTURES / name).write_text(text)
    (PICTURES / "report.png").write_bytes(report())
    return 0


if __name__ == "__main__":
    sys.exit(main())
