"""Every family that can be imported, a table each."""

from __future__ import annotations

from collections.abc import Mapping

from models.huggingface.families import (
    bert,
    deit,
    distilbert,
    electra,
    gpt2,
    gpt_neox,
    llama,
    roberta,
    swin,
    vit,
)
from models.huggingface.family import Family

_TABLES = (bert, distilbert, roberta, electra, gpt2, gpt_neox, llama, vit, deit, swin)

#: The entry `model_type` of a config → the family that it names.
FAMILIES: Mapping[str, Family] = {table.FAMILY.model_type: table.FAMILY for table in _TABLES}
