"""What an evaluator on another machine needs beside this package: the extra `remote`."""

from __future__ import annotations

import os
from importlib.util import find_spec

from bench.errors import UserError


def need(package: str) -> None:
    """See that a package of the extra is there.

    Raises:
        UserError: it is not; the sentence says how to get it.
    """
    if find_spec(package) is None:
        raise UserError(
            f"an evaluator on another machine needs {package}; install the extra, with "
            "`pip install 'polynomial-transformer-bench[remote]'`"
        )


def need_transport() -> None:
    """See that gRPC is there, and keep it from writing lines of its own to the terminal.

    Raises:
        UserError: it is not there.
    """
    need("grpc")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # parties are started by exec, never by fork alone
