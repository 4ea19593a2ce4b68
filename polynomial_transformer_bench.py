"""The command `bench`, under a name that no other package has; it finds the package `bench` beside itself."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run a command with the package `bench` that lies beside this file."""
    folder = str(Path(__file__).resolve().parent)
    sys.path.insert(0, folder)
    try:
        import bench
    finally:
        sys.path.remove(folder)
    if [str(Path(place).resolve().parent) for place in bench.__path__] != [folder]:
        sys.exit(f"error: {bench.__path__[0]} shadows this project's package 'bench' in {folder}; rename it")
    from bench.__main__ import main as run

    run()
