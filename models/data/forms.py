"""A data set as the forms in which its files may lie in the data folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.data.files import DataFolder
from models.data.sources import Source

#: training to fit to, validation to choose by, held_out to report on.
SPLITS = ("training", "validation", "held_out")


@dataclass(frozen=True)
class Form:
    """One form of a data set.

    Attributes:
        files: split → the files that hold it; all of them are needed.
        read: folder and split → what they hold, checked; a ModelError where they hold something else.
    """

    files: Mapping[str, tuple[str, ...]]
    read: Callable[[DataFolder, str], Source]

    def holds(self, folder: DataFolder, split: str) -> bool:
        """Whether the files of this split are there."""
        return split in self.files and folder.has(*self.files[split])


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        title: what it is, in a few words.
        forms: the plain one first, which has every split; the first that is there is read.
        origin: what to get, and where.
        unpublished: split that the plain form alone has → what to make that of.
        md5: file name → official MD5 of its content.
    """

    title: str
    forms: tuple[Form, ...]
    origin: str = ""
    unpublished: Mapping[str, str] = field(default_factory=dict)
    md5: Mapping[str, str] = field(default_factory=dict)

    def splits(self) -> tuple[str, ...]:
        """The splits that some form of it has."""
        return tuple(split for split in SPLITS if any(split in form.files for form in self.forms))

    def form(self, folder: DataFolder, split: str) -> Form | None:
        """The first form whose files of this split are there."""
        return next((form for form in self.forms if form.holds(folder, split)), None)
