"""What a `config.json` may say, in this project's names: all that the graph expresses, and nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from models.architectures.registry import Architecture
from models.architectures.shapes import DataShape
from models.data.literals import Preparation
from models.errors import ModelError
from models.graph import Node

if TYPE_CHECKING:
    from models.huggingface.folder import Source
    from models.huggingface.request import Request

#: Activations by their Hugging Face names: of GELU the exact one, and the approximation by tanh.
Exact = Literal["gelu", "gelu_python"]
ByTanh = Literal["gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"]
Activation = Literal[Exact, ByTanh, "relu", "silu"]

#: Field → the names of its entry, divided by bars, and what `transformers` takes where it is absent; without
#: a name, what all models of the family have.
Entries = Mapping[str, tuple[str, object]]


class Config(BaseModel, ABC):
    """What a folder says of a transformer. Each family has a table of the entries that say it.

    Attributes:
        dim: features of the residual stream.
        activation: the activation of the MLPs.
        epsilon: the epsilon of every normalisation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dim: PositiveInt
    activation: Activation
    epsilon: float = Field(gt=0)

    @property
    def features(self) -> int:
        """Features of an answer that is no logits."""
        return self.dim

    @abstractmethod
    def architecture(self, head: Mapping[str, object]) -> Architecture:
        """The architecture with these dimensions; `head` is what the class of the model says of it."""

    @abstractmethod
    def data(self, request: Request, classes: int) -> DataShape:
        """The sizes of what it takes and gives.

        Raises:
            ModelError: the request asks for what the model cannot take.
        """

    @abstractmethod
    def preparation(self, source: Source, request: Request) -> Preparation | None:
        """How a data set becomes its inputs, if the request or the folder says it.

        Raises:
            ModelError: the two contradict each other.
        """

    def attributes(self, node: Node) -> dict[str, object]:
        """What is said of a node of the graph that the architecture alone does not know."""
        if node.operation in ("layer_norm", "rms_norm"):
            return {"epsilon": self.epsilon}
        return operation(self.activation)[1] if node.name.endswith("mlp.activation") else {}


class UniformConfig(Config):
    """What a folder says of a transformer whose blocks are all alike.

    Attributes:
        heads: the heads of each attention.
        blocks: pairs of attention and MLP.
        hidden: features inside an MLP; four times `dim` where absent.
    """

    heads: PositiveInt
    blocks: PositiveInt
    hidden: PositiveInt | None = None

    @model_validator(mode="after")
    def _divide(self) -> UniformConfig:
        if self.dim % self.heads:
            raise ValueError(f"{self.dim} features are not a multiple of {self.heads} heads")
        return self

    @property
    def sizes(self) -> dict[str, object]:
        """What all shapes of such transformers have."""
        inner = 4 * self.dim if self.hidden is None else self.hidden
        ratio = inner / self.dim if inner % self.dim else inner // self.dim
        return {"dim": self.dim, "heads": self.heads, "blocks": self.blocks, "mlp_ratio": ratio}


def operation(activation: str) -> tuple[str, dict[str, object]]:
    """An activation's operation in the graph, and its attributes."""
    if activation in get_args(ByTanh):
        return "gelu", {"form": "tanh"}
    return ("gelu" if activation in get_args(Exact) else activation), {}


ConfigT = TypeVar("ConfigT", bound=BaseModel)


def read(
    kind: type[ConfigT], entries: Mapping[str, Any], path: Path, names: Entries | None = None
) -> ConfigT:
    """The entries of a JSON file as a config of some kind.

    Args:
        kind: its class.
        entries: of the file.
        path: the file, for errors.
        names: field → entry; without it the class knows the entries by itself.

    Raises:
        ModelError: an entry is missing or asks for what the graph cannot express.
    """
    try:
        if names is None:
            return kind.model_validate(entries)
        return kind.model_validate({field: _said(entries, *entry) for field, entry in names.items()})
    except ValidationError as error:
        faults = "; ".join(f"{_place(fault['loc'], names or {})}: {fault['msg']}" for fault in error.errors())
        raise refused(path, faults) from error


def check_fixed(entries: Mapping[str, Any], fixed: Mapping[str, object], path: Path) -> None:
    """See that entries which would change the answers have the one value that the graph expresses.

    Raises:
        ModelError: one has another; `path` says where.
    """
    faults = [
        f"{name}: {entries[name]!r} is not {value!r}"
        for name, value in fixed.items()
        if entries.get(name, value) != value
    ]
    if faults:
        raise refused(path, "; ".join(faults))


def refused(path: Path, faults: str) -> ModelError:
    """Says that a file describes what the graph does not express."""
    return ModelError(
        f"{path} describes what cannot be imported ({faults}); import a model whose entries are as said"
    )


def _said(entries: Mapping[str, Any], names: str, default: object) -> object:
    """The first of these entries that there is; a name with dots leads into others."""
    for name in names.split("|"):
        *outer, last = name.split(".")
        within: object = entries
        for one in outer:
            within = within.get(one) if isinstance(within, Mapping) else None
        if isinstance(within, Mapping) and last in within:
            return within[last]
    return default


def _place(location: tuple[int | str, ...], names: Entries) -> str:
    """The entry at which a fault lies."""
    first, *others = location or ("sizes",)
    entry = names.get(str(first), (str(first), None))[0].partition("|")[0]
    return ".".join(map(str, (entry, *others)))
