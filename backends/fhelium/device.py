"""Where FHElium computes."""

from __future__ import annotations

import torch
from fhelium.native.runtime import native_backend_available

#: What torch calls the two.
PROCESSORS, GPU = "cpu", "cuda"


def device() -> str:
    """A GPU where FHElium was built for one and torch finds one, processors else."""
    return GPU if native_backend_available(GPU) and torch.cuda.is_available() else PROCESSORS


def compute_there() -> None:
    """Have everything that FHElium makes in this process lie on the device, by torch's default."""
    torch.set_default_device(device())
