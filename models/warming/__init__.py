"""A pretrained model's weights put into its HE-friendly form: training need not begin from nothing."""

from __future__ import annotations

from models.warming.streams import hidden_states
from models.warming.transplant import transplant

__all__ = ["hidden_states", "transplant"]
