"""Where a machine listens, as one writes it: HOST:PORT."""

from __future__ import annotations

from bench.errors import UserError

#: The greatest number of a port.
LAST_PORT = 65_535


def check_address(text: str) -> None:
    """See that a text is an address.

    Raises:
        UserError: it is none.
    """
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port[:6]) <= LAST_PORT):
        raise UserError(
            f"{text!r} is no address; give HOST:PORT, such as evaluator.example:7443 "
            f"(ports end at {LAST_PORT})"
        )
