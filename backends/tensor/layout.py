"""How samples, tokens and features lie in slots.

One ciphertext holds `features × images × tokens` slots, all powers of two, feature-major:

    slot = (feature · images + image) · tokens + token

A rotation by `k · images · tokens` therefore moves features cyclically, with nothing to mask, and one by `k`
moves tokens. A value with more features than fit spans several ciphertexts ("chunks"). Real tokens come
first; the padding after them is zero unless a tensor says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backends.errors import PlanError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """The three sides of a ciphertext's slots, each a power of two."""

    features: int
    images: int
    tokens: int

    @property
    def slots(self) -> int:
        """Slots in use: all of them."""
        return self.features * self.images * self.tokens

    @property
    def feature_stride(self) -> int:
        """Slots between one feature and the next."""
        return self.images * self.tokens

    def spread(self, pattern: Array) -> Array:
        """A `[features, tokens]` pattern, repeated for every image: a slot vector."""
        shape = (self.features, self.images, self.tokens)
        return np.ascontiguousarray(np.broadcast_to(pattern[:, None, :], shape)).reshape(-1)

    def to_json(self) -> dict[str, int]:
        """A literal for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, literal: dict[str, int]) -> Layout:
        """The inverse of `to_json`."""
        return cls(**literal)


@dataclass(frozen=True)
class ValueLayout:
    """Where a value of one sample lies in its ciphertexts.

    Attributes:
        kind: `features`: the value is `[tokens, len(rows)]` and feature i is at row `rows[i] % features` of
            chunk `rows[i] // features`. `scores`: the value is `[heads, tokens, tokens]`; ciphertext s holds
            at token t the score of t and (t + s) mod tokens, head h at row `rows[h]`.
        rows: see `kind`.
        tokens: real tokens.
    """

    kind: str
    rows: tuple[int, ...]
    tokens: int

    def to_json(self) -> dict[str, Any]:
        """A literal for `from_json`."""
        return {"kind": self.kind, "rows": list(self.rows), "tokens": self.tokens}

    @classmethod
    def from_json(cls, literal: dict[str, Any]) -> ValueLayout:
        """The inverse of `to_json`."""
        return cls(literal["kind"], tuple(literal["rows"]), literal["tokens"])


def pack(layout: Layout, samples: Array) -> list[Array]:
    """Slot vectors, one a chunk, of up to `images` samples `[samples, tokens, features]`, rows in order."""
    count, tokens, features = samples.shape
    chunks = -(-features // layout.features)
    slots = np.zeros((chunks * layout.features, layout.images, layout.tokens))
    slots[:features, :count, :tokens] = samples.transpose(2, 0, 1)
    return list(slots.reshape(chunks, layout.slots))


def unpack(layout: Layout, value: ValueLayout, vectors: Sequence[Array], count: int) -> Array:
    """The first `count` samples of a value, `[samples, ...]`, from its decrypted slot vectors."""
    grids = np.stack(vectors).reshape(len(vectors), layout.features, layout.images, layout.tokens)
    if value.kind == "features":
        rows = grids.reshape(-1, layout.images, layout.tokens)[list(value.rows), :count, : value.tokens]
        return np.ascontiguousarray(rows.transpose(1, 2, 0))
    shifted = grids[:, list(value.rows), :count, : value.tokens]  # [shift, head, sample, token]
    tokens = np.arange(value.tokens)
    result = np.empty((count, len(value.rows), value.tokens, value.tokens))
    for shift in range(value.tokens):
        result[:, :, tokens, (tokens + shift) % value.tokens] = shifted[shift].transpose(1, 0, 2)
    return result


def power_of_two(at_least: int) -> int:
    """The smallest power of two that is not less."""
    return 1 << max(0, at_least - 1).bit_length()


def choose(slots: int, tokens: int, features: int) -> Layout:
    """The layout with the most images whose blocks hold `tokens` and, in one chunk, `features`.

    Raises:
        PlanError: one image alone does not fit.
    """
    padded_tokens, padded_features = power_of_two(tokens), power_of_two(features)
    images = slots // (padded_tokens * padded_features)
    if images < 1:
        raise PlanError(
            f"the model needs {padded_features} features × {padded_tokens} tokens = "
            f"{padded_features * padded_tokens} slots and the parameter set has {slots}; raise log_n"
        )
    return Layout(padded_features, images, padded_tokens)
