"""What a `config.json` says of a classifier's labels."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from models.errors import ModelError
from models.metrics.catalogue import ACCURACY, MEAN_SQUARED_ERROR
from models.metrics.metric import Metric


class Labels(BaseModel):
    """The labels of a classifier.

    Attributes:
        labels: its classes by number, whatever their names are.
        count: how many classes there are where they have no names.
        problem: what it is trained for; where it is absent, the classes say it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    labels: dict[int, object] | None = Field(default=None, alias="id2label")
    count: NonNegativeInt | None = Field(default=None, alias="num_labels")
    problem: Literal["regression", "single_label_classification", "multi_label_classification"] | None = (
        Field(default=None, alias="problem_type")
    )

    @property
    def classes(self) -> int:
        """Logits of a classifier; two where neither names nor a number say it."""
        if self.labels is not None:
            return len(self.labels)
        return 2 if self.count is None else self.count

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the classes in the order of the logits, where they have any."""
        return (
            None if self.labels is None else tuple(str(self.labels[number]) for number in sorted(self.labels))
        )

    def metric(self, path: Path) -> Metric:
        """By what a classifier is judged, as `transformers` decides by what to train it.

        Raises:
            ModelError: no data set here has what it answers, or its one label is always right. `path` says
                where the entries stand.
        """
        regression = self.problem == "regression" or (self.problem is None and self.classes == 1)
        if regression and self.classes == 1:
            return MEAN_SQUARED_ERROR
        if self.problem not in (None, "single_label_classification"):
            raise ModelError(
                f"{path} describes {self.problem} of {self.classes} outputs, and data sets have one label a "
                "sample; import a classifier by single labels, or a regression of one output"
            )
        if self.classes < 2:
            raise ModelError(
                f"{path} describes a classifier of {self.classes} label, which is always right; "
                "import one of two labels or more, or a regression of one output"
            )
        return ACCURACY
