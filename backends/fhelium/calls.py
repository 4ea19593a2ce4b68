"""The call into FHElium: its errors said in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backends.errors import ExecutionError

#: Its own errors are among these; those of a missing key are KeyErrors.
_LIBRARY_ERRORS = (ValueError, RuntimeError, TypeError, KeyError, IndexError)


@contextmanager
def refusals(action: str) -> Iterator[None]:
    """Turn the exceptions of FHElium, and of the torch beneath it, into ours.

    Args:
        action: what was asked of it.

    Raises:
        ExecutionError: it refused its operands.
    """
    try:
        yield
    except _LIBRARY_ERRORS as error:
        first_line = str(error).partition("\n")[0]
        raise ExecutionError(
            f"FHElium refused {action} ({first_line}); check the operands' levels and that products are "
            "rescaled"
        ) from error
