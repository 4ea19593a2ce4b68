"""A fleet's file is read as every file that people write, and its keys are explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.errors import UserError
from bench.spec.fleet import Fleet, MachineKind, load_fleet
from tests.bench.commands import ROOT, bench

SMALL = "{name: small, cores: 4, memory_bytes: 8000000000, disk_bytes: 80000000000, price_per_hour: 0.1}"


def written(folder: Path, *machines: str, more: str = "") -> Path:
    path = folder / "fleet.yaml"
    lines = "".join(f"  - {one}\n" for one in machines)
    path.write_text(f"fleet: mine\ntitle: my machines\ncurrency: EUR\n{more}machines:\n{lines}")
    return path


def test_what_is_left_out_is_one_machine_of_the_plans_speed(tmp_path: Path) -> None:
    (kind,) = load_fleet(written(tmp_path, SMALL)).machines
    assert (kind.count, kind.speed, kind.watts, kind.setup_s) == (1, 1.0, None, 0.0)


@pytest.mark.parametrize(
    ("machines", "more", "sentence"),
    [
        ((SMALL, SMALL), "", "6: two kinds are called 'small'; rename one"),
        ((SMALL.replace("cores: 4, ", ""),), "", "5: the key 'cores' is missing; add it"),
        ((SMALL.replace("cores", "corse"),), "", "5: 'corse' is not a key here; did you mean cores?"),
        (
            (SMALL.replace("0.1", "-1"),),
            "",
            "5: machines[0].price_per_hour is -1; input should be greater than",
        ),
        ((SMALL.replace("4", "many", 1),), "", "5: machines[0].cores is text 'many'; write a whole number"),
        ((SMALL,), "owner: me\n", "4: 'owner' is not a key here"),
        ((), "", "machines is nothing; write a list"),
    ],
)
def test_a_mistake_is_told_by_its_line(
    tmp_path: Path, machines: tuple[str, ...], more: str, sentence: str
) -> None:
    path = written(tmp_path, *machines, more=more)
    with pytest.raises(UserError) as raised:
        load_fleet(path)
    assert str(path) in str(raised.value)
    assert sentence in str(raised.value)


def test_the_shipped_fleet_is_valid_and_has_a_thousand_machines() -> None:
    path = ROOT / "suites" / "fleets" / "three_sizes.yaml"
    assert sum(kind.count for kind in load_fleet(path).machines) == 1000
    assert bench("validate", str(path)) == f"{path}: a fleet, valid\n"


def test_every_key_is_explained_and_no_other() -> None:
    text = (ROOT / "docs" / "sweeps.md").read_text().partition("## Planned on a fleet")[2]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    explained = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert explained == {*Fleet.model_fields, *MachineKind.model_fields}
