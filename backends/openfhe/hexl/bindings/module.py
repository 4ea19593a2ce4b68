"""OpenFHE 1.5.1 with Intel HEXL, with the calls of newer bindings: installed as `openfhe/__init__.py`."""

from . import later  # noqa: F401
from .openfhe import *  # noqa: F403

__version__ = "1.5.1.0"
