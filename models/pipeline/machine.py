"""Where training runs, and with which libraries."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from models.processor import processor


def machine(threads: int) -> dict[str, Any]:
    """What the same recipe takes longer or shorter on.

    Args:
        threads: how many training uses.

    Returns:
        `device`, on which torch trains, `cpu` or `cuda`; `name` of the GPU, or of the processor; `threads`.
    """
    import torch

    from models.training.fit import device

    on = device()
    name = torch.cuda.get_device_name(on) if on.type == "cuda" else processor()
    return {"device": on.type, "name": name, "threads": threads}


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries by which results are computed."""
    libraries = {name: version(name) for name in ("numpy", "scipy", "torch")}
    return {"python": platform.python_version()} | libraries
