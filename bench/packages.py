"""This project's packages, from the folder in which this file lies, whatever else has their names.

`models` or `reports` are names that other folders and packages have too: a folder of data in the working
directory, or a package on the path. Importing each package once from its own folder settles it for the
process, because what lies in a package is found through the package. Needs the standard library alone.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

#: The packages of this project, all in one folder.
PACKAGES = ("bench", "backends", "models", "reports")
FOLDER = Path(__file__).resolve().parents[1]
DISTRIBUTION = "polynomial-transformer-bench"


class ShadowError(ImportError):
    """Another package has the name of one of this project's, and was there first."""


def claim() -> None:
    """Import this project's packages from their own folder.

    Raises:
        ShadowError: one of them is imported already, from elsewhere, or is not in this project's folder.
    """
    sys.path.insert(0, str(FOLDER))
    try:
        found = {name: import_module(name) for name in PACKAGES}
    except ImportError as error:
        raise ShadowError(told(error) or str(error)) from error
    finally:
        sys.path.remove(str(FOLDER))
    for name, module in found.items():
        places = [Path(place).resolve() for place in module.__path__]
        if places != [FOLDER / name]:
            other = places[0] if places else name
            raise ShadowError(f"{other} shadows this project's package {name!r} in {FOLDER}; rename it")


def told(error: ImportError) -> str | None:
    """What an import of this project's own code that fails comes from; None where it is another's."""
    top = (error.name or "").partition(".")[0]
    if top not in PACKAGES:
        return None
    from importlib.metadata import packages_distributions  # reads what every package says of itself

    owners = set(packages_distributions().get(top, ())) - {DISTRIBUTION}
    by = f"; {', '.join(sorted(owners))} has a package {top!r} too: uninstall it" if owners else ""
    return (
        f"{error.name} is not in this project's folder {FOLDER / top}{by}, and install {DISTRIBUTION} again"
    )
