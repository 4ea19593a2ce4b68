"""What the numbers of a record are, and between which bounds each must be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Seconds = Annotated[float, Field(ge=0)]
Joules = Annotated[float, Field(ge=0)]
Money = Annotated[float, Field(ge=0)]
Bytes = Annotated[int, Field(gt=0, lt=2**63)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Error = Annotated[float, Field(ge=0)]
Nats = Annotated[float, Field(ge=0)]
