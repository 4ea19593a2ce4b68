"""What all data share that is read from files and checked: records, rules, histories, reasons."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """Named values: strict types, finite numbers, no unknown names, no later change."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )
