"""Records to report on, each a change of the golden one."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from reports.record import Record

GOLDEN = json.loads((Path(__file__).parents[1] / "golden_record.json").read_text())
BACKENDS = ("cleartext", "openfhe", "pyfhel", "tenseal")


def made(**changes: Any) -> Record:
    """The golden record with changes; `block__name` changes a name of a block."""
    body = json.loads(json.dumps(GOLDEN))
    for name, value in changes.items():
        block, _, inner = name.partition("__")
        if inner:
            body[block][inner] = value
        else:
            body[block] = value
    identity = (body["suite"], body["case"], body["backend"], body["parameter_set"])
    if "cell" not in changes:
        body["cell"] = "/".join((*identity, "0123456789ab"))
    if "key" not in changes:
        body["key"] = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return Record.from_json(json.dumps(body))


def failing(status: str, reason: str, **changes: Any) -> Record:
    """A record of a cell that ended with a status other than ok."""
    return made(status=status, reason=reason, latency={}, memory={}, counts={}, wire={}, **changes)


def insecure(**changes: Any) -> Record:
    """A record of a toy ring."""
    security = {"bits": None, "log_n": 12, "log_qp": 510.0, "secret": "uniform_ternary", "secure": False}
    return made(**{"security": security, "parameter_set": "n12_toy_INSECURE", **changes})


def many(count: int) -> list[Record]:
    """As many records as asked for, with as many numbers as a whole transformer has, no two alike."""
    chance = random.Random(0)
    return [_one_of_many(place, chance) for place in range(count)]


def _one_of_many(place: int, chance: random.Random) -> Record:
    layers = [f"blocks.{block}.{part}" for block in range(6) for part in ("attention", "mlp")]
    names = ("add", "multiply", "multiply_plain", "relinearise", "rescale", "rotate", "rotate_sum")
    return made(
        backend=BACKENDS[place % len(BACKENDS)],
        parameter_set=f"n14_first48_scale40_depth8_digits9_v{place // 40}",
        case=f"case{place % 7}",
        ladder__precision_bits=chance.uniform(8, 28),
        latency__per_sample_s=chance.uniform(0.1, 60),
        latency__evaluate_s=chance.uniform(1, 600),
        latency__layers=[{"name": name, "s": chance.random()} for name in layers],
        latency__primitives=[
            {"name": name, "level": level, "count": chance.randrange(500), "s": chance.random()}
            for name in names
            for level in range(9)
        ],
        environment__threads=1 + place % 2,
    )
