"""Weights as torch pickles them, `pytorch_model.bin`: read by torch, and by nothing that runs their code."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError

#: Turns such a file into the one that is read without torch.
CONVERSION = (
    'python -c "import torch; from safetensors.torch import save_file; '
    "weights = torch.load('pytorch_model.bin', map_location='cpu', weights_only=True); "
    "save_file({name: weight.contiguous().clone() for name, weight in weights.items()}, "
    "'model.safetensors')\""
)


def as_safetensors(path: Path) -> bytes:
    """The content of the safetensors file that holds the same weights.

    Raises:
        ModelError: torch is absent, or the file is damaged or holds more than weights.
    """
    try:
        import torch
        from safetensors.torch import save
    except ImportError as error:
        raise ModelError(
            f"{path} is read by torch, which is absent here; install torch, or convert the file in its "
            f"folder, where `pip install torch safetensors numpy` has been done: {CONVERSION}"
        ) from error
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        size = path.stat().st_size
        for name, weight in weights.items():
            if weight.numel() * weight.element_size() > size:  # one number may stand for any number of them
                raise ValueError(f"{name!r} is larger than the file")
        return bytes(save({name: weight.contiguous().clone() for name, weight in weights.items()}))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); restore the folder") from error
    except Exception as error:  # bytes that are no pickle make torch raise anything
        cause = str(error).partition("\n")[0]
        raise ModelError(
            f"{path} does not hold weights and nothing else ({cause}); restore the folder"
        ) from error
