"""HOST:PORT, and what is none."""

from __future__ import annotations

import pytest

from bench.errors import UserError
from bench.remote.address import check_address


@pytest.mark.parametrize("text", ["127.0.0.1:7443", "evaluator.example:0", "[::1]:65535"])
def test_addresses_are_taken(text: str) -> None:
    check_address(text)


@pytest.mark.parametrize(
    "text", ["", "nothing", ":1", "host:", "host:-1", "host:x", "host:65536", "host:" + 9 * "9"]
)
def test_what_is_none_is_refused(text: str) -> None:
    """A port beyond the last was taken for another, on which a server then listened."""
    with pytest.raises(UserError, match="is no address; give HOST:PORT"):
        check_address(text)
