"""A batch's loss and its gradients: compiled where training runs on a GPU, operation by operation elsewhere.

Eager, the host starts every operation of a step by itself, many short kernels, and a GPU waits for it.
`torch.compile` makes one graph of a batch's loss and one of its gradients, whose kernels each take many
operations. On a processor nothing is compiled, so that weights stay the same bit for bit: compiled kernels
round otherwise. The optimiser's step stays outside, its learning rate being another number each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import torch
from torch import Tensor

from models.errors import ModelError

#: From a batch's inputs and labels to its loss.
BatchLoss = Callable[[Tensor, Tensor], Tensor]
#: Torch's own variable; 1 means that nothing is compiled. Torch refuses whole graphs where it is set.
DISABLE = "TORCH_COMPILE_DISABLE"


def backend_on(on: torch.device) -> str | None:
    """What of torch compiles steps on a device; None where they are not compiled."""
    return "inductor" if on.type == "cuda" and os.environ.get(DISABLE) != "1" else None


def compiled(loss: BatchLoss, backend: str) -> BatchLoss:
    """The loss as one graph for each size of a batch: one for whole batches, one for an epoch's last.

    Graphs of a training before are forgotten, since torch limits how many a function may have.
    """
    torch.compiler.reset()
    found: BatchLoss = torch.compile(loss, backend=backend, fullgraph=True, dynamic=False)
    return found


def descend(loss: BatchLoss, inputs: Tensor, labels: Tensor) -> Tensor:
    """The loss of a batch, detached; its gradients are then in the parameters.

    Raises:
        ModelError: torch cannot compile the loss here.
    """
    try:
        value = loss(inputs, labels)
        value.backward()
    except torch._dynamo.exc.TorchDynamoException as error:
        raise ModelError(
            f"torch cannot compile a step of training here ({type(error).__name__}); set the variable "
            f"{DISABLE}=1 to train without, more slowly"
        ) from error
    return value.detach()
