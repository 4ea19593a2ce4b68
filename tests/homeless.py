"""A user whom the system does not know, as in a container whose number has no entry."""

from __future__ import annotations

import pwd

import pytest


def lose_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave this process without any folder that is the user's."""

    def none(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", none)
