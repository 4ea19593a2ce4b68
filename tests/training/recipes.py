"""A recipe that trains in a second or two."""

from typing import Any

SMALL: dict[str, Any] = {
    "name": "small",
    "data": "digits",
    "preparation": {"kind": "patches", "size": 8, "patch": 2, "mean": [8], "std": [8]},
    "validation": {"per_class": 10},
    "architecture": {"kind": "vit", "dim": 8, "heads": 2, "blocks": 1, "mlp_ratio": 1},
    "he_friendly": {},
    "training": {
        "seeds": [3, 4],
        "epochs": 2,
        "batch": 64,
        "learning_rate": 0.01,
        "warm_up_epochs": 0,
        "weight_decay": 0.1,
        "range_weight": 0.02,
    },
    "conversion": {"attention_degree": 4, "mlp_degree": 6, "margin": 2.0, "value_size": 1.0},
    "calibration": 256,
    "fine_tuning": {"epochs": 1, "learning_rate": 0.001},
}
