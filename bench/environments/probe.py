"""Asks an interpreter whether it can import a library, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.environments.commands import clean_environment, telling_line

# Run by the interpreter that is asked, isolated as parties are: a folder of the working directory that has
# the library's name is not the library. A wheel may be installed and yet fail to load, so importing is the
# test; a library that aborts takes only that process with it.
_SCRIPT = """
import importlib, json, platform, sys
from importlib.metadata import distributions, files, version
for name in sys.argv[1:]:
    importlib.import_module(name)
# By their files: not every build says in `top_level.txt` which modules there are.
names = sorted({
    distribution.metadata["Name"]
    for distribution in distributions()
    if {file.parts[0].split(".")[0] for file in distribution.files or ()} & set(sys.argv[1:])
})
versions = {name.lower(): version(name) for name in names}
print(json.dumps({
    "versions": {"python": platform.python_version(), **versions},
    "binaries": sorted({str(f.locate()) for name in names for f in files(name) or () if ".so" in f.suffixes}),
}))
"""


@dataclass(frozen=True)
class Probe:
    """What an interpreter answered.

    Attributes:
        versions: those of Python and of the distributions that hold the modules; empty where it failed.
        failure: the line that says why a module cannot be imported, or None.
        binaries: the shared libraries of those distributions.
    """

    versions: dict[str, str]
    failure: str | None = None
    binaries: tuple[Path, ...] = ()


def probe(python: Path, modules: list[str]) -> Probe:
    """Import modules in another interpreter and read their versions."""
    try:
        answer = subprocess.run(
            [str(python), "-I", "-c", _SCRIPT, *modules],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=clean_environment(),
            check=False,
        )
    except OSError as error:
        return Probe({}, f"{python} cannot be started ({error.strerror})")
    if answer.returncode < 0:
        return Probe({}, f"importing {', '.join(modules)} ended with signal {-answer.returncode}")
    if answer.returncode != 0:
        return Probe({}, telling_line(answer.stderr.strip().splitlines()))
    said = json.loads(answer.stdout.splitlines()[-1])
    return Probe(said["versions"], binaries=tuple(map(Path, said["binaries"])))
