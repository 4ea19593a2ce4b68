"""Import of a local Hugging Face folder, `config.json` and safetensors, as the original rung of a model."""

from __future__ import annotations

from models.huggingface.loading import described, label_names, load, preparation

__all__ = ["described", "label_names", "load", "preparation"]
