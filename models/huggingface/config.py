"""What the entries of a `config.json` may say: all that the graph expresses, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from models.errors import ModelError

#: Activations by their Hugging Face names.
Activation = Literal["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"]


class TransformerConfig(BaseModel):
    """Entries of every transformer, under the names that GPT-2 gives them.

    Entries that are not fields, those of training and of generation, change no logit.

    Attributes:
        dim: features of the residual stream.
        heads: the heads of each attention.
        blocks: pairs of attention and MLP.
        hidden: features inside an MLP; four times `dim` where absent.
        activation: the activation of the MLPs.
        epsilon: the epsilon of every LayerNorm.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    dim: PositiveInt = Field(alias="n_embd")
    heads: PositiveInt = Field(alias="n_head")
    blocks: PositiveInt = Field(alias="n_layer")
    hidden: PositiveInt | None = Field(default=None, alias="n_inner")
    activation: Activation = Field(default="gelu_new", alias="activation_function")
    epsilon: float = Field(default=1e-5, gt=0, alias="layer_norm_epsilon")

    @model_validator(mode="after")
    def _divide(self) -> TransformerConfig:
        if self.dim % self.heads:
            raise ValueError(f"{self.dim} features are not a multiple of {self.heads} heads")
        if self.hidden is not None and self.hidden % self.dim:
            raise ValueError(
                f"{self.hidden} hidden features of an MLP are not a multiple of {self.dim} features"
            )
        return self

    @property
    def mlp_ratio(self) -> int:
        """Hidden features of an MLP per feature of the stream."""
        return 4 if self.hidden is None else self.hidden // self.dim


class EncoderConfig(TransformerConfig):
    """The same under the names that ViT and BERT give them; `labels` are a classifier's classes.

    A classifier that does not name its classes has two, as in Hugging Face.
    """

    dim: PositiveInt = Field(alias="hidden_size")
    heads: PositiveInt = Field(alias="num_attention_heads")
    blocks: PositiveInt = Field(alias="num_hidden_layers")
    hidden: PositiveInt = Field(alias="intermediate_size")
    activation: Activation = Field(default="gelu", alias="hidden_act")
    epsilon: float = Field(default=1e-12, gt=0, alias="layer_norm_eps")
    labels: dict[str, str] = Field(default={"0": "LABEL_0", "1": "LABEL_1"}, min_length=1, alias="id2label")


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
