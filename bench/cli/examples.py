"""Examples at the end of a command's help, as one types them; a test holds each to the command line."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """What click shows below the options: a line each, broken nowhere."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
