"""What makes an architecture friendly to homomorphic encryption.

Zimerman et al., *Converting Transformers to Polynomial Form for Secure Inference Over Homomorphic
Encryption* (ICML 2024), replace softmax attention by pointwise attention sigma(q·kᵀ/√d)·v/S(L), with
sigma GELU or ReLU, and, in vision, LayerNorm by BatchNorm. Each of these is an option here, so that the
original architecture and every ablation come from one builder. So is Power-Softmax (Zimerman et al. 2024,
*Power-Softmax: Towards Secure LLM Inference over Encrypted Data*): an even power of every score, divided by
the mean over the keys, which needs one polynomial a query, for the division.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Options(BaseModel):
    """How attention, normalisation and activation are done.

    Attributes:
        attention: softmax, Power-Softmax, or the activation that pointwise attention takes in its place.
        power: of the scores in Power-Softmax.
        offset: what Power-Softmax adds to the mean power that it divides by, which may be 0.
        length_scaling: where scores are divided by S(L) = L^`length_power`: before the activation, after it.
        length_power: 0.5 is the paper's √L.
        length: L is the number of tokens that a token sees under its mask, or of the full context.
        norm: the norm of the residual stream.
        mlp_norm: one more BatchNorm before the activation of each MLP.
        score_norm: BatchNorm per head on the scores, before their activation.
        score_bias: where a learned bias per head on the scores begins; none where it is absent. Scores begin
            near 0, and so do weights GELU(0): a positive bias lets every pair count from the start, as
            softmax does.
        activation: the activation of the MLPs; a square is polynomial as it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    attention: Literal["softmax", "power_softmax", "gelu", "relu"] = "gelu"
    power: Literal[2, 4, 8] = 4
    offset: float = Field(default=0.1, gt=0)
    length_scaling: Literal["none", "before", "after", "both"] = "after"
    length_power: float = Field(default=0.5, gt=0, le=1)
    length: Literal["visible", "full"] = "visible"
    norm: Literal["batch", "layer"] = "batch"
    mlp_norm: bool = True
    score_norm: bool = False
    score_bias: float | None = None
    activation: Literal["gelu", "relu", "silu", "square"] = "gelu"

    @model_validator(mode="after")
    def _softmax_stands_alone(self) -> Options:
        scaled = self.length_scaling != "none" or self.score_norm
        if self.attention in ("softmax", "power_softmax") and scaled:
            raise ValueError(
                f"{self.attention} scales its own weights; with it, set length_scaling: none and score_norm: "
                "false"
            )
        if self.attention == "softmax" and self.score_bias is not None:
            raise ValueError("softmax is the same with any bias of its scores; leave out score_bias")
        return self


#: The architecture as its authors train it in the clear.
ORIGINAL = Options(attention="softmax", length_scaling="none", norm="layer", mlp_norm=False)
