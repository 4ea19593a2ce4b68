"""What a key owner is asked whose processes share nothing but files (`bench.submission`)."""

from __future__ import annotations

from dataclasses import dataclass

from backends.parameters import ParameterSet
from bench.parties.messages import Finished, Request


@dataclass(frozen=True)
class KeepKeys(Request[Finished]):
    """Write the secret key, as it is, into a folder, which must not exist yet."""

    folder: str


@dataclass(frozen=True)
class TakeUpKeys(Request[Finished]):
    """Go on with the secret key that lies in a folder."""

    parameters: ParameterSet
    folder: str
