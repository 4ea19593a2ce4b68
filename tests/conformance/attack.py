"""A process of its own: tries to decrypt with what an evaluator has, in the ways that the adapter declares.

`python -m tests.conformance.attack BACKEND KEY_FOLDER CIPHERTEXT_FOLDER` writes a JSON object: for each
attempt the slots that came out, or "refused" and why. Nothing may end the process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from backends.interface import KeyFile
from backends.registry import get, load_attack, load_library
from tests.toy import PORTABLE


def outcome(attempt: Callable[[], Any]) -> list[float] | str:
    """What an attempt gave."""
    try:
        return [float(value) for value in np.real(np.asarray(attempt()))[: PORTABLE.slots]]
    except (ValueError, RuntimeError, TypeError, IndexError) as error:
        return f"refused: {error}"


def main() -> None:
    name, folder, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    descriptor = get(name)
    assert descriptor.attack is not None, f"{name} has no attack; name one in its descriptor"
    files = [KeyFile(*entry) for entry in json.loads((scratch / "files.json").read_text())]
    evaluator = load_library(descriptor.adapter).evaluator(PORTABLE, folder, files)
    ciphertext = evaluator.read(scratch / "ciphertext")
    attempts = load_attack(descriptor.attack)(evaluator, ciphertext, [folder / file.name for file in files])
    sys.stdout.write(json.dumps({what: outcome(attempt) for what, attempt in attempts}))


if __name__ == "__main__":
    main()
