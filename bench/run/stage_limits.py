"""How long each stage of a cell may take: the suite's limits of stages, by the names that a cell tells."""

from __future__ import annotations

from bench.spec.file import StageLimits

#: How the name of a stage begins, and the limit that holds for it; any other computes.
LIMITED = (
    ("starting", "start_s"),
    ("key generation", "keys_s"),
    ("loading keys", "load_s"),
    ("model preparation", "model_s"),
    ("encryption", "encrypt_s"),
    ("decryption", "decrypt_s"),
)
COMPUTING = "evaluate_s"


def of_stage(stage: str, limits: StageLimits) -> tuple[str, float]:
    """The name of the limit of a stage, and its seconds."""
    name = next((limit for begins, limit in LIMITED if stage.startswith(begins)), COMPUTING)
    seconds: float = getattr(limits, name)
    return name, seconds
