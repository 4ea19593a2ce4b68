"""Reading small files in published forms as if they were the publishers' own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from models.data import catalogue
from models.data.files import DataFolder
from models.data.sources import Images, Sentences, Source
from models.errors import ModelError
from tests.models.data import published


def read(folder: Path, name: str, split: str) -> Source:
    """A split without official digests, which no small file can have."""
    files = DataFolder(folder, {})
    form = catalogue.DATA_SETS[name].form(files, split)
    assert form is not None
    return form.read(files, split)


def assert_read_alike(
    tmp_path: Path, name: str, split: str, files: Mapping[str, bytes], archive: str
) -> None:
    """The files, unpacked and packed, hold what stands in the folder `plain`."""
    published.unpack(tmp_path / "unpacked", files)
    (tmp_path / "packed").mkdir()
    published.pack(tmp_path / "packed" / archive, files)
    expected = read(tmp_path / "plain", name, split)
    for form in ("unpacked", "packed"):
        found = read(tmp_path / form, name, split)
        assert type(found) is type(expected)
        assert found.digest() == expected.digest()
        if isinstance(found, Images | Sentences) and isinstance(expected, Images | Sentences):
            assert (found.class_names, found.ids) == (expected.class_names, expected.ids)
    with pytest.raises(ModelError, match="is not the official file"):
        catalogue.load(name, split, tmp_path / "packed")
