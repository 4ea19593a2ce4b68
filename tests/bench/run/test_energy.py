"""Energy by stage: counters of processor packages, which begin anew, and what is told without any."""

from __future__ import annotations

from pathlib import Path
from time import sleep

import pytest

from bench.run import energy
from bench.run.energy import Meter, packages

MOST = 1_000_000


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    """Two packages, and a part of the first, which is in its counter already."""
    domains = {"intel-rapl:0": "package-0", "intel-rapl:0:0": "core", "intel-rapl:1": "package-1"}
    for place, name in domains.items():
        (tmp_path / place).mkdir()
        (tmp_path / place / "name").write_text(f"{name}\n")
        (tmp_path / place / "max_energy_range_uj").write_text(f"{MOST}\n")
        (tmp_path / place / "energy_uj").write_text("0\n")
    return tmp_path


def use(folder: Path, place: str, microjoules: int) -> None:
    counter = folder / place / "energy_uj"
    after = folder / "after"
    after.write_text(f"{(int(counter.read_text()) + microjoules) % MOST}\n")
    after.replace(counter)  # in one step: a thread reads it


def test_each_stage_has_what_all_packages_used_in_it(powercap: Path) -> None:
    meter = Meter(powercap)
    meter.begin("evaluate")  # planning, before there are parties, counts to none
    use(powercap, "intel-rapl:0", 7)
    with meter.running():
        use(powercap, "intel-rapl:0", 11)  # before the first stage of the parties
        meter.begin("keys")
        use(powercap, "intel-rapl:0", 200_000)
        use(powercap, "intel-rapl:0:0", 5_000)
        use(powercap, "intel-rapl:1", 300_000)
        meter.begin("evaluate")
        use(powercap, "intel-rapl:0", 900_000)  # its counter begins anew
        meter.begin("keys")
        use(powercap, "intel-rapl:1", 1_000)
        with meter.resting():
            meter.begin("evaluate")
            use(powercap, "intel-rapl:1", 70_000)
        use(powercap, "intel-rapl:1", 2_000)
    use(powercap, "intel-rapl:1", 40_000)
    found = meter.energy
    assert found.source == "RAPL"
    assert found.keys_j == pytest.approx(0.501)
    assert found.evaluate_j == pytest.approx(0.902)
    assert found.wall_j == pytest.approx(1.403)
    assert found.decrypt_j is None
    assert found.absent is None


def test_a_counter_that_begins_anew_twice_in_a_stage_is_looked_at_in_between(
    powercap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(energy, "LOOK_S", 0.001)
    meter = Meter(powercap)
    with meter.running():
        meter.begin("evaluate")
        for often in range(1, 5):
            use(powercap, "intel-rapl:0", 600_000)
            while (meter.energy.evaluate_j or 0.0) < 0.6 * often - 1e-9:  # until the thread has looked
                sleep(0.001)
    assert meter.energy.evaluate_j == pytest.approx(2.4)


def test_where_nothing_tells_it_is_said(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "none")
    with meter.running():
        meter.begin("keys")
    assert meter.energy.model_dump(exclude_none=True) == {
        "absent": f"this system tells no energy under {tmp_path / 'none'}"
    }


def test_a_counter_that_this_user_may_not_read_is_named(powercap: Path) -> None:
    (powercap / "intel-rapl:1" / "energy_uj").unlink()
    (powercap / "intel-rapl:1" / "energy_uj").mkdir()  # no more readable than one of root's
    found, why = packages(powercap)
    assert found == []
    assert why is not None
    assert why.startswith("intel-rapl:1 cannot be read (")
