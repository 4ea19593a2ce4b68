"""Finding, reading and verifying files."""

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from models.data import files
from models.data.files import DataFolder
from models.errors import ModelError
from tests.models.data.published import compress, pack, unpack

CONTENT = {"set/one": b"first", "set/two": b"second"}


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def test_the_folder_is_the_one_named_and_else_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    assert files.data_folder() == tmp_path
    monkeypatch.delenv("BENCH_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in files.data_folder().parents
    assert files.data_folder().name == "polynomial-transformer-bench"


def test_a_file_is_read_as_it_is_or_compressed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("wörter\r\n".encode())
    compress(tmp_path / "b.txt.gz", b"more\n")
    folder = DataFolder(tmp_path, {})
    assert folder.has("a.txt", "b.txt")
    assert not folder.has("a.txt", "c.txt")
    assert (folder.text("a.txt"), folder.text("b.txt")) == ("wörter\n", "more\n")
    assert folder.provenance.files == ("a.txt", "b.txt")
    assert not folder.provenance.official


@pytest.mark.parametrize("name", ["one", "one.gz"])
def test_a_small_file_takes_little_memory(tmp_path: Path, name: str) -> None:
    if name.endswith(".gz"):
        compress(tmp_path / name, b"first")
    else:
        unpack(tmp_path, {name: b"first"})
    tracemalloc.start()
    try:
        assert DataFolder(tmp_path, {}).content("one") == b"first"
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_file_with_an_official_digest_must_have_it(tmp_path: Path) -> None:
    compress(tmp_path / "a.gz", b"published")
    assert DataFolder(tmp_path, {"a": md5(b"published")}).content("a") == b"published"
    forged = DataFolder(tmp_path, {"a": md5(b"other")})
    with pytest.raises(ModelError, match=f"not the official file: its MD5 is {md5(b'published')}"):
        forged.content("a")


def test_only_files_that_were_all_compared_are_official(tmp_path: Path) -> None:
    unpack(tmp_path, CONTENT)
    folder = DataFolder(tmp_path, {"set/one": md5(b"first")})
    assert not folder.provenance.official
    folder.content("set/one")
    assert folder.provenance.official
    folder.content("set/two")
    assert not folder.provenance.official


@pytest.mark.parametrize("archive", ["set.zip", "set.tar.gz"])
def test_members_are_read_packed_and_unpacked(tmp_path: Path, archive: str) -> None:
    packed, unpacked = tmp_path / "packed", tmp_path / "unpacked"
    packed.mkdir()
    pack(packed / archive, {"set/other": b"not asked for", **CONTENT})
    unpack(unpacked, CONTENT)
    wanted = ["set/two", "set/one"]
    official = DataFolder(packed, {archive: md5((packed / archive).read_bytes())})
    assert official.members(archive, wanted) == [b"second", b"first"]
    assert (official.provenance.files, official.provenance.official) == ((archive,), True)
    loose = DataFolder(unpacked, {archive: md5(b"")})
    assert loose.members(archive, wanted) == [b"second", b"first"]
    assert (loose.provenance.files, loose.provenance.official) == (tuple(wanted), False)
    with pytest.raises(ModelError, match="not the official file"):
        DataFolder(packed, {archive: md5(b"")}).members(archive, wanted)


@pytest.mark.parametrize("archive", ["set.zip", "set.tar.gz"])
def test_a_damaged_or_incomplete_archive_is_named(tmp_path: Path, archive: str) -> None:
    pack(tmp_path / archive, CONTENT)
    folder = DataFolder(tmp_path, {})
    with pytest.raises(ModelError, match=f"{archive} is incomplete or corrupt"):
        folder.members(archive, ["set/three"])
    whole = (tmp_path / archive).read_bytes()
    (tmp_path / archive).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=f"{archive} is incomplete or corrupt"):
        folder.members(archive, ["set/one"])


@pytest.mark.parametrize(("content", "fault"), [(b"\xff\xfe", "not UTF-8"), (b" \n", "is empty")])
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(ModelError, match=fault):
        DataFolder(tmp_path, {}).text("a.txt")


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path, {})
    with pytest.raises(ModelError, match=r"lacks a\.txt; put it there"):
        folder.text("a.txt")
    (tmp_path / "a.txt.gz").write_bytes(b"not compressed")
    with pytest.raises(ModelError, match=r"a\.txt\.gz cannot be read"):
        folder.text("a.txt")
