"""OpenFHE 1.5.1 with Intel HEXL, by the calls of openfhe-python 1.6 that this project makes; see later.cpp."""

from .openfhe import *  # noqa: F403
from . import later  # noqa: F401, I001

__version__ = "1.5.1.0"
