"""A user's own data: where they lie and what they hold, as a literal that stands in a recipe or a suite."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, model_validator

from models.data.forms import SPLITS
from models.data.literals import LARGEST_IMAGE
from models.errors import ModelError

#: More classes than any data set here has.
MOST_CLASSES = 10_000

#: Ways to compute pixels anew, each at the place of its number in Pillow and `preprocessor_config.json`.
Resample: TypeAlias = Literal["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]

_Place = Annotated[str, Field(min_length=1, max_length=1000)]


class _Own(BaseModel):
    """What all own data say.

    Attributes:
        training, validation, held_out: where each split lies, relative to the data folder (`BENCH_DATA`).
        classes: the names of the classes in the order of a model's logits; where they are absent, all that
            the training split has (what is read, where there is none), numbers by value and words by letter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    training: _Place | None = None
    validation: _Place | None = None
    held_out: _Place | None = None
    classes: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_CLASSES)] = ()

    @model_validator(mode="after")
    def _somewhere(self) -> _Own:
        if not self._places():
            raise ValueError("no split is anywhere; give training, validation or held_out")
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes names one twice; name each once")
        return self

    def _places(self) -> dict[str, str]:
        places = {split: getattr(self, split) for split in SPLITS}
        return {split: place for split, place in places.items() if place is not None}

    def place(self, split: str) -> str:
        """Where a split lies.

        Raises:
            ModelError: it lies nowhere.
        """
        places = self._places()
        if split not in places:
            raise ModelError(f"the data {self} have no split {split!r}; give one, beside {', '.join(places)}")
        return places[split]

    def __str__(self) -> str:
        return next(iter(self._places().values()))


class Table(_Own):
    """Labelled texts in files of rows: TSV, CSV or JSON Lines, told by the name's ending, or the same as .gz.

    Attributes:
        text: the column of the texts, by its name in the header or in every object.
        label: that of the labels; absent where a model that answers embeddings has no use for any.
    """

    kind: Literal["table"] = "table"
    text: _Place
    label: _Place | None = None

    @model_validator(mode="after")
    def _classes_are_of_labels(self) -> Table:
        if self.classes and self.label is None:
            raise ValueError("classes are those of labels; name their column as label, or leave classes out")
        return self


class ImageFolders(_Own):
    """Images in a folder for each class, named after it.

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


OwnData: TypeAlias = Annotated[Table | ImageFolders, Field(discriminator="kind")]


def _which(value: object) -> str:
    return "own" if isinstance(value, dict | BaseModel) else "name"


#: Tells the two forms of an entry apart, the name of a data set, tagged `name`, and own data, tagged `own`.
NAME_OR_OWN = Discriminator(_which)
