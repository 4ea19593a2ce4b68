"""As many records as asked for, of the shapes that real ones have: the example's, again and again.

python -m tests.reports.html.lifelike 5000 many     runs of as many records, as a store of its own
time python -m bench report many --output many.html
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from reports.html.columnar import SINGLE_TIMES
from reports.lines import Line, encode
from reports.record import Record
from reports.store import RECORDS
from tests.reports.html.unpacking import records_of

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "report.html"
#: Rounds in which a case is measured before another of its kind is.
ROUNDS = 4
#: How long before the first round began, an hour each; no store takes records that are still to come.
HOURS = 1000


def lifelike(count: int) -> Iterator[Record]:
    """Rounds of the example's records, whose times differ by a few percent from one round to the next."""
    chance = random.Random(0)
    bodies = [(record, json.loads(record.to_json())) for record in records_of(EXAMPLE.read_text())]
    for number, (record, body) in enumerate(islice(cycle(bodies), count)):
        turn = number // len(bodies)
        began = record.started_at + timedelta(hours=turn - HOURS)
        case = record.case + (f"_{turn // ROUNDS}" if turn >= ROUNDS else "")
        changes = {
            "run_id": f"{record.run_id}{turn:03d}",
            "started_at": began.isoformat(),
            "case": case,
            "cell": record.cell.replace(f"/{record.case}/", f"/{case}/"),
            "key": sha256(f"{record.key}{turn // 2}".encode()).hexdigest(),  # two processes each
        }
        yield Record.from_json(json.dumps({**_noisy(body, chance), **changes}))


def _noisy(value: Any, chance: random.Random, name: str = "") -> Any:
    """Plain data with other times."""
    if isinstance(value, dict):
        return {inner: _noisy(one, chance, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_noisy(one, chance, name) for one in value]
    timed = isinstance(value, float) and (name in SINGLE_TIMES or name.endswith("_s"))
    return value * abs(chance.gauss(1, 0.02)) if timed else value


def main(count: int, output: Path) -> None:
    """Write them as the runs that they are of."""
    for record in lifelike(count):
        folder = output / record.run_id
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / RECORDS).open("a") as file:
            file.write(encode(Line(record, None, None)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
