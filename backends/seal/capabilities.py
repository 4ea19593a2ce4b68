"""What SEAL can and cannot do at a parameter set, whichever binding leads to it."""

from __future__ import annotations

from backends.errors import Unsupported
from backends.interface import Capabilities
from backends.parameters import ParameterSet

LARGEST_LOG_N = 15
SECRET = "uniform_ternary"
NO_BOOTSTRAP = "SEAL has no CKKS bootstrap; choose round_trip refreshes, or a backend that bootstraps"


def capabilities(parameters: ParameterSet, library: str) -> Capabilities:
    """The capabilities of `library`, a binding to SEAL.

    Raises:
        Unsupported: SEAL cannot use these parameters.
    """
    if parameters.bootstrap is not None:
        raise Unsupported(f"{library} cannot bootstrap: {NO_BOOTSTRAP}")
    if parameters.log_n > LARGEST_LOG_N:
        raise Unsupported(
            f"{library} cannot use log_n {parameters.log_n}: SEAL's security table stops at "
            f"{LARGEST_LOG_N}; choose log_n {LARGEST_LOG_N} or less"
        )
    if parameters.digits != parameters.depth + 1:
        raise Unsupported(
            f"{library} cannot use {parameters.digits} key-switching digits: SEAL has one special prime and "
            f"so one digit per prime; choose digits {parameters.depth + 1}"
        )
    if parameters.secret != SECRET:
        raise Unsupported(
            f"{library} cannot use a {parameters.secret} secret: SEAL draws {SECRET} ones; choose that"
        )
    return Capabilities(no_bootstrap_reason=f"{library} cannot bootstrap: {NO_BOOTSTRAP}")


def refuse_bootstrap(asked: bool) -> None:
    """Raise Unsupported where bootstrap keys are asked for."""
    if asked:
        raise Unsupported(NO_BOOTSTRAP)
