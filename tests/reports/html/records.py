"""Records to report on, each a change of the golden one."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
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


def processes(per_sample_s: Sequence[float], *, key: str, **changes: Any) -> list[Record]:
    """As many rounds of one cell: records of one key and one run, each begun later than the one before."""
    return [
        made(
            key=key,
            started_at=f"2026-11-23T04:45:{number:02d}Z",
            latency__per_sample_s=seconds,
            **changes,
        )
        for number, seconds in enumerate(per_sample_s)
    ]


def measured(rotate_s: float, **changes: Any) -> Record:
    """A record of primitives that took a process so long: a rotation at two levels, and making its key."""
    primitive = {"count": 3, "s": 3 * rotate_s, "samples_s": [rotate_s, rotate_s, 2 * rotate_s]}
    rotations = [
        {"name": "rotate", "level": level, "precision_bits": 20.0 + level, "bytes": None, **primitive}
        for level in (8, 7)
    ]
    key = {"name": "generate_rotation_keys", "level": None, "bytes": 5_000_000, **primitive}
    latency = {"primitives": [key, *rotations], "unsupported": changes.pop("unsupported", None)}
    ladder = {"metric": "accuracy"}
    return made(
        **{
            **{"suite": "primitives", "case": "primitives", "weights": "random", "samples": 1, "batch": None},
            **{"ladder": ladder, "latency": latency, "counts": {}},
            **changes,
        }
    )


def many(count: int) -> list[Record]:
    """As many records as asked for, with as many numbers as a whole transformer has, no two alike."""
    chance = random.Random(0)
    return [_one_of_many(place, chance) for place in range(count)]


LAYERS = tuple(f"blocks.{block}.{part}" for block in range(6) for part in ("attention", "mlp"))
OPERATIONS = ("add", "multiply", "multiply_plain", "relinearise", "rescale", "rotate", "rotate_sum")
#: One of so many records is of measured primitives.
ONE_IS_MEASURED = 10


def _one_of_many(place: int, chance: random.Random) -> Record:
    measured = place % ONE_IS_MEASURED == 0
    return made(
        backend=BACKENDS[place % len(BACKENDS)],
        parameter_set=f"n14_first48_scale40_depth8_digits9_v{place // 28}",
        case=f"case{place % 7}",
        ladder__precision_bits=chance.uniform(8, 28),
        latency__per_sample_s=chance.uniform(0.1, 60),
        latency__evaluate_s=chance.uniform(1, 600),
        latency__layers=[{"name": name, "s": chance.random()} for name in LAYERS],
        latency__course=_course(chance),
        latency__primitives=_measured(chance) if measured else _of_evaluation(chance),
        environment__threads=1 + place % 2,
    )


def _course(chance: random.Random) -> list[dict[str, Any]]:
    """As long as real ones are: a hundred stretches and a few refreshes."""
    return [
        {
            "layer": LAYERS[number * len(LAYERS) // 105],
            "refresh": "round_trip" if number % 20 == 19 else None,
            "highest": 8 - number % 7,
            "lowest": 7 - number % 7,
            "count": chance.randrange(1, 40),
            "s": chance.random(),
        }
        for number in range(105)
    ]


def _of_evaluation(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {"name": name, "level": level, "count": chance.randrange(500), "s": chance.random()}
        for name in OPERATIONS
        for level in range(9)
    ]


def _measured(chance: random.Random) -> list[dict[str, Any]]:
    """Thirteen primitives at nine levels, thirty repetitions each."""
    return [
        {"name": f"primitive_{number}", "level": level, "count": 30, "s": sum(samples), "samples_s": samples}
        for number in range(13)
        for level in range(9)
        for samples in [[chance.uniform(0.01, 0.02) for _ in range(30)]]
    ]
