"""A record is kept whatever becomes of the disk on which it belongs."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from bench.run.keeping import RESERVED_BYTES, Keeper, spool
from reports.lines import decode
from reports.record import Record
from reports.store import create_run, load_output, load_run, read_raw
from tests.homeless import lose_home
from tests.reports.html.records import made

RAW = {"logits_encrypted": np.arange(6.0)}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def keeper_of(tmp_path: Path) -> tuple[Keeper, list[str]]:
    said: list[str] = []
    return Keeper(create_run(tmp_path / "results"), said.append), said


def of(keeper: Keeper) -> Record:
    """A record of the run."""
    return made(run_id=keeper.run.run_id)


def test_a_record_and_its_raw_outputs_are_kept_and_nothing_else(tmp_path: Path) -> None:
    keeper, said = keeper_of(tmp_path)
    keeper.keep(of(keeper), RAW)
    keeper.close()
    (stored,) = load_run(keeper.run.folder).stored
    assert read_raw(stored)["logits_encrypted"].shape == (6,)
    assert said == []
    assert keeper.misplaced == 0
    assert len(list(keeper.run.folder.iterdir())) == 2


def test_the_reserve_is_of_the_disk_and_has_no_name(tmp_path: Path) -> None:
    keeper, _ = keeper_of(tmp_path)
    assert keeper._reserve is not None
    assert os.fstat(keeper._reserve).st_blocks * 512 >= RESERVED_BYTES
    assert not list(keeper.run.folder.iterdir())
    keeper.close()
    assert keeper._reserve is None


def test_raw_outputs_that_cannot_be_written_do_not_take_the_record_along(
    tmp_path: Path,
) -> None:
    keeper, said = keeper_of(tmp_path)
    mine = of(keeper)
    (keeper.run.folder / f"{mine.case}.{mine.backend}.{mine.key[:16]}.npz.part").mkdir()
    keeper.keep(mine, RAW)
    (stored,) = load_run(keeper.run.folder).stored
    assert stored.record == mine
    assert stored.raw is None
    assert keeper.misplaced == 1
    assert "the raw outputs are lost, and the record is kept" in said[0]


def test_a_run_whose_folder_is_gone_has_its_record_in_the_spool(tmp_path: Path) -> None:
    keeper, said = keeper_of(tmp_path)
    shutil.rmtree(keeper.run.folder)
    keeper.keep(of(keeper), RAW)
    (stored,) = load_output(spool()).stored
    assert stored.record == of(keeper)
    assert keeper.misplaced == 1
    assert str(spool()) in said[0]


@contextmanager
def no_file_may_grow() -> Iterator[None]:
    """As on a disk that is full: every write to a file fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_nothing_can_be_written_the_terminal_has_the_record(tmp_path: Path) -> None:
    keeper, said = keeper_of(tmp_path)
    with no_file_may_grow():
        keeper.keep(of(keeper), RAW)
    assert keeper.misplaced == 1
    assert "could be kept nowhere" in said[0]
    assert decode(said[1].encode()).record == of(keeper)


def test_a_user_without_a_home_has_the_record_on_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, said = keeper_of(tmp_path)
    shutil.rmtree(keeper.run.folder)
    lose_home(monkeypatch)
    keeper.keep(of(keeper), RAW)
    assert decode(said[1].encode()).record == of(keeper)
