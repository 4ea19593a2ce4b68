"""Nothing is waited for where a pipe or a device has a file's place."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from models.regular_files import content, opened, text
from tests.pipes import no_waiting

pytestmark = pytest.mark.usefixtures(no_waiting.__name__)
__all__ = ["no_waiting"]


def test_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with opened(path, "ab") as file:
        file.write(b"one\r\n")
    with opened(path, "ab") as file:
        file.write(b"two\n")
    assert content(path) == b"one\r\ntwo\n"
    assert text(path) == "one\ntwo\n"
    with opened(path, "r+b") as file:
        file.write(b"One")
    assert text(path) == "One\ntwo\n"


@pytest.mark.parametrize("mode", ["rb", "r+b", "ab"])
def test_a_pipe_is_refused_whether_or_not_anybody_is_at_its_other_end(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="it is a named pipe and no regular file"):
        opened(path, mode)  # type: ignore[arg-type]
    other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    with pytest.raises(OSError, match="it is a named pipe and no regular file"):
        opened(path, mode)  # type: ignore[arg-type]
    os.close(other)


def test_what_else_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is a device and no regular file"):
        content(Path("/dev/zero"))
    with pytest.raises(IsADirectoryError):
        content(tmp_path)
    with pytest.raises(FileNotFoundError):
        content(tmp_path / "absent")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(OSError, match="it is a socket and no regular file"):
            content(tmp_path / "socket")


def test_a_refused_one_is_not_left_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no path of a file
    for _ in range(3):
        with pytest.raises(OSError, match="named pipe"):
            content(tmp_path / "pipe")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_file_has_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="no file has such a name"):
        content(tmp_path / name)
