"""What the entries of a `config.json` may say: all that the graph expresses, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    model_validator,
)

from models.errors import ModelError
from models.metrics.catalogue import ACCURACY, MEAN_SQUARED_ERROR
from models.metrics.metric import Metric

#: Activations by their Hugging Face names: of GELU the exact one, and the approximation by tanh.
Exact = Literal["gelu", "gelu_python"]
ByTanh = Literal["gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"]
Activation = Literal[Exact, ByTanh, "relu"]


class TransformerConfig(BaseModel):
    """Entries of every transformer, under the names that GPT-2 gives them.

    An entry that is absent has the default of `transformers`, which leaves such entries out of what it
    writes. Entries that are not fields, those of training and of generation, change no logit.

    Attributes:
        dim: features of the residual stream.
        heads: the heads of each attention.
        blocks: pairs of attention and MLP.
        hidden: features inside an MLP; four times `dim` where absent.
        activation: the activation of the MLPs.
        epsilon: the epsilon of every LayerNorm.
        exceptions: entries that hold for some blocks alone.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    dim: PositiveInt = Field(default=768, validation_alias=AliasChoices("hidden_size", "n_embd"))
    heads: PositiveInt = Field(default=12, validation_alias=AliasChoices("num_attention_heads", "n_head"))
    blocks: PositiveInt = Field(default=12, validation_alias=AliasChoices("num_hidden_layers", "n_layer"))
    hidden: PositiveInt | None = Field(default=None, alias="n_inner")
    activation: Activation = Field(default="gelu_new", alias="activation_function")
    epsilon: float = Field(default=1e-5, gt=0, alias="layer_norm_epsilon")
    exceptions: None = Field(default=None, alias="per_layer_config")

    @model_validator(mode="after")
    def _divide(self) -> TransformerConfig:
        if self.dim % self.heads:
            raise ValueError(f"{self.dim} features are not a multiple of {self.heads} heads")
        return self

    @property
    def inner(self) -> int:
        """Features inside an MLP."""
        return 4 * self.dim if self.hidden is None else self.hidden

    @property
    def mlp_ratio(self) -> int | float:
        """Features inside an MLP per feature of the stream."""
        return self.inner / self.dim if self.inner % self.dim else self.inner // self.dim


class EncoderConfig(TransformerConfig):
    """The same under the names that ViT and BERT give them.

    Attributes:
        labels: a classifier's classes by number, whatever their names are.
        count: how many classes there are where they have no names.
        problem: what a classifier is trained for; where it is absent, the classes say it.
    """

    dim: PositiveInt = Field(default=768, alias="hidden_size")
    heads: PositiveInt = Field(default=12, alias="num_attention_heads")
    blocks: PositiveInt = Field(default=12, alias="num_hidden_layers")
    hidden: PositiveInt = Field(default=3072, alias="intermediate_size")
    activation: Activation = Field(default="gelu", alias="hidden_act")
    epsilon: float = Field(default=1e-12, gt=0, alias="layer_norm_eps")
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


def operation(activation: str) -> tuple[str, dict[str, Any]]:
    """An activation's operation in the graph, and its attributes."""
    if activation in get_args(ByTanh):
        return "gelu", {"form": "tanh"}
    return ("gelu" if activation in get_args(Exact) else activation), {}


ConfigT = TypeVar("ConfigT", bound=BaseModel)


def read(kind: type[ConfigT], entries: Mapping[str, Any], path: Path) -> ConfigT:
    """The entries of a JSON file as a config of some kind.

    Raises:
        ModelError: an entry is missing or asks for what the graph cannot express; `path` says where.
    """
    try:
        return kind.model_validate(entries)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'sizes'}: {fault['msg']}" for fault in error.errors()
        )
        raise ModelError(
            f"{path} describes what cannot be imported ({faults}); import a model whose entries are as said"
        ) from error
