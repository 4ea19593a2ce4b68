"""From suites to records: the command line, and for scripts and notebooks the functions below.

    import bench

    records = bench.run_suite("suites/toy.yaml", "results", backends="tenseal")
    table = bench.to_frame(records)

They are imported when they are asked for: parties have neither a schema nor a planner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.interface import compare_records, load_records, plan_suite, run_suite, to_frame

__all__ = ["compare_records", "load_records", "plan_suite", "run_suite", "to_frame"]


def __getattr__(name: str) -> object:
    """One of the functions, from where it is defined."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bench import interface

    return getattr(interface, name)


def __dir__() -> list[str]:
    """What the module has, and what it imports when asked."""
    return sorted({*globals(), *__all__})
