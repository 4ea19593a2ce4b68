"""The encrypted tensor: ciphertexts, and how a value lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backends.interface import Ciphertext, Evaluator
from backends.tensor.layout import Layout, ValueLayout


@dataclass(frozen=True)
class Tensor:
    """A value of the graph under encryption.

    Attributes:
        ciphertexts: one a chunk, or one a token shift for scores; all at one level, none a product.
        layout: where the value lies in them.
        clean: whether every slot that holds no part of the value is zero.
        full: of scores, whether there is no such slot.
    """

    ciphertexts: tuple[Ciphertext, ...]
    layout: ValueLayout
    clean: bool
    full: bool = False

    def with_ciphertexts(self, ciphertexts: Sequence[Ciphertext], *, clean: bool | None = None) -> Tensor:
        """The same value layout over other ciphertexts."""
        kept = self.clean if clean is None else clean
        return replace(self, ciphertexts=tuple(ciphertexts), clean=kept)

    def level(self, evaluator: Evaluator) -> int:
        """The level of all its ciphertexts."""
        return evaluator.level(self.ciphertexts[0])


def as_features(layout: Layout, x: Tensor, rows: tuple[int, ...], period: int = 0) -> Tensor:
    """A replicated value as a feature value at any rows, at no cost; other values as they are."""
    if x.layout.kind != "replicated":
        return x
    features = ValueLayout("features", rows, x.layout.tokens, period=period, narrowed=x.layout.narrowed)
    return Tensor(x.ciphertexts * features.chunks(layout), features, clean=False)


def drop_to(evaluator: Evaluator, tensor: Tensor, level: int) -> Tensor:
    """The same tensor at `level`, which is not above its own."""
    return tensor.with_ciphertexts(
        [c if evaluator.level(c) == level else evaluator.drop(c, level) for c in tensor.ciphertexts]
    )
