"""A user's own data: where they lie and what they hold, as a literal that stands in a recipe or a suite."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, model_validator

from models.data.forms import SPLITS
from models.data.literals import LARGEST_IMAGE
from models.errors import ModelError

#: More classes than any data set here has.
MOST_CLASSES = 10_000
#: More files than a split of a text has.
MOST_FILES = 10_000

#: Ways to compute pixels anew, each at the place of its number in Pillow and `preprocessor_config.json`.
Resample: TypeAlias = Literal["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]

_Place = Annotated[str, Field(min_length=1, max_length=1000)]
_Files = _Place | Annotated[tuple[_Place, ...], Field(strict=False, min_length=1, max_length=MOST_FILES)]


class _Own(BaseModel):
    """What all own data say: `training`, `validation` and `held_out`, where each split lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _somewhere(self) -> _Own:
        if not self._given():
            raise ValueError("no split is anywhere; give training, validation or held_out")
        return self

    def _given(self) -> dict[str, str | tuple[str, ...]]:
        places = {split: getattr(self, split) for split in SPLITS}
        return {split: place for split, place in places.items() if place is not None}

    def _lacking(self, split: str) -> ModelError:
        """Says that there is no such split."""
        return ModelError(
            f"the data {self} have no split {split!r}; give one, beside {', '.join(self._given())}"
        )

    def __str__(self) -> str:
        first = next(iter(self._given().values()))
        return first if isinstance(first, str) else first[0]


class Labelled(_Own):
    """What data say whose samples may have labels.

    Attributes:
        training, validation, held_out: where each split lies, relative to the data folder (`BENCH_DATA`).
        classes: the names of the classes in the order of a model's logits; where they are absent, all that
            the training split has (what is read, where there is none), numbers by value and words by letter.
    """

    training: _Place | None = None
    validation: _Place | None = None
    held_out: _Place | None = None
    classes: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_CLASSES)] = ()

    @model_validator(mode="after")
    def _named_once(self) -> Labelled:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes names one twice; name each once")
        return self

    def place(self, split: str) -> str:
        """Where a split lies.

        Raises:
            ModelError: it lies nowhere.
        """
        found = getattr(self, split, None)
        if not isinstance(found, str):
            raise self._lacking(split)
        return found


class Table(Labelled):
    """Texts in files of rows: TSV, CSV or JSON Lines, told by the name's ending, or the same as .gz.

    Attributes:
        text: the column of the texts, by its name in the header or in every object.
        label: that of the labels; absent where nothing that is made of a model learns labels.
    """

    kind: Literal["table"] = "table"
    text: _Place
    label: _Place | None = None

    @model_validator(mode="after")
    def _classes_are_of_labels(self) -> Table:
        if self.classes and self.label is None:
            raise ValueError("classes are those of labels; name their column as label, or leave classes out")
        return self


class ImageFolders(Labelled):
    """Images in a folder for each class, named after it; or in one folder alone, where they have no labels.

    Attributes:
        side: pixels a side of the square that every image is brought to.
        fit: how: stretched, as the image processor of a ViT does, or scaled and cut at the centre.
        resize: pixels a side to which it is brought so, where the middle of `side` is then cut out, as DeiT
            has it; `side`, and nothing is cut, where it is absent.
        resample: how pixels are computed from those of the file, by Pillow's name.
        channels: 3 for colour, 1 for grey.
    """

    kind: Literal["image_folders"] = "image_folders"
    side: int = Field(gt=0, le=LARGEST_IMAGE)
    fit: Literal["stretch", "cut"] = "stretch"
    resize: int | None = Field(default=None, gt=0, le=LARGEST_IMAGE)
    resample: Resample = "bilinear"
    channels: Literal[1, 3] = 3

    @model_validator(mode="after")
    def _cut_from_more(self) -> ImageFolders:
        if self.resize is not None and self.resize < self.side:
            raise ValueError(f"{self.side} pixels cannot be cut out of {self.resize}; raise resize")
        return self


class PlainText(_Own):
    """Long texts, for language models: files of UTF-8, packed as .gz or not.

    Attributes:
        training, validation, held_out: a split's file or its files, one after the other, relative to the data
            folder (`BENCH_DATA`).
        held_out_fraction: the last part of `training`, in characters, that is held out where no file is; a
            tenth where it is absent.
    """

    kind: Literal["text"] = "text"
    training: _Files | None = None
    validation: _Files | None = None
    held_out: _Files | None = None
    held_out_fraction: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _held_out_once(self) -> PlainText:
        if self.held_out_fraction is not None and not self.divides:
            raise ValueError(
                "held_out_fraction is of the training text where no file is held out; leave one of them out"
            )
        return self

    @property
    def divides(self) -> bool:
        """Whether what is held out is the last part of the training text."""
        return self.held_out is None and self.training is not None

    def files(self, split: str) -> tuple[str, ...]:
        """The files in which a split lies.

        Raises:
            ModelError: it lies nowhere.
        """
        found = self._given().get("training" if split == "held_out" and self.divides else split)
        if found is None:
            raise self._lacking(split)
        return (found,) if isinstance(found, str) else found


OwnData: TypeAlias = Annotated[Table | ImageFolders | PlainText, Field(discriminator="kind")]


def _which(value: object) -> str:
    return "own" if isinstance(value, dict | BaseModel) else "name"


#: Tells the two forms of an entry apart, the name of a data set, tagged `name`, and own data, tagged `own`.
NAME_OR_OWN = Discriminator(_which)
