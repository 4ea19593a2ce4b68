"""Frames of files and messages: what is not what was announced is refused, and nothing leaves its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.parties.errors import MessageError
from bench.parties.messages import Evaluate
from bench.remote.control import Coming, Leaving
from bench.remote.frames import DATA, PIECE_BYTES, Inbox, frame, frames_of


def inbox(folder: Path, room: int = 1 << 30) -> Inbox:
    return Inbox(folder, lambda: room)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 3])
def test_a_file_arrives_as_it_was_sent(tmp_path: Path, size: int) -> None:
    sent, received = tmp_path / "sent", tmp_path / "received"
    sent.mkdir()
    received.mkdir()
    content = bytes(number % 251 for number in range(size))
    (sent / "keys").write_bytes(content)
    frames = list(frames_of(sent / "keys"))
    assert max(map(len, frames)) <= PIECE_BYTES + len(DATA)
    taken = inbox(received)
    assert [taken.take(one) for one in frames] == [None] * len(frames)
    assert (received / "keys").read_bytes() == content
    assert (received / "keys").stat().st_mode & 0o077 == 0
    assert (taken.came, taken.taken_bytes) == ({"keys"}, sum(map(len, frames)))


def test_a_message_is_handed_on(tmp_path: Path) -> None:
    assert inbox(tmp_path).take(frame(Evaluate(()))) == Evaluate(())
    assert inbox(tmp_path).take(frame(Leaving())) == Leaving()


@pytest.mark.parametrize("name", ["../keys", "/tmp/keys", "a/b", "..", ".", "", "a\0b", "\ud800", "é" * 128])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(MessageError, match="is not a plain file name"):
        inbox(folder).take(frame(Coming(name, 1)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "keys").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        inbox(folder).take(frame(Coming("keys", 1)))
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"


@pytest.mark.parametrize("size", [101, -1, 2**62])
def test_a_file_for_which_there_is_no_room_is_refused_before_a_byte_of_it(tmp_path: Path, size: int) -> None:
    with pytest.raises(MessageError, match="has no room"):
        inbox(tmp_path, room=100).take(frame(Coming("keys", size)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([DATA + b"bytes of nothing"], "more bytes came than were announced"),
        ([frame(Coming("keys", 2)), DATA + b"abc"], "more bytes came than were announced"),
        ([frame(Coming("keys", 2)), frame(Leaving())], "lacks its last 2 bytes"),
        ([b"\xff\xfe"], "is no text"),
        ([b"{}"], "is not one of the class Message"),
        ([b"[" * 100_000], "not a line of JSON"),
        ([b'{"message": "Coming", "name": "keys"}'], "lacks the field 'size_bytes'"),
        ([b""], "not a line of JSON"),
    ],
)
def test_what_was_not_announced_is_refused(tmp_path: Path, frames: list[bytes], why: str) -> None:
    taken = inbox(tmp_path)
    for one in frames[:-1]:
        taken.take(one)
    with pytest.raises(MessageError, match=why):
        taken.take(frames[-1])
    taken.close()
