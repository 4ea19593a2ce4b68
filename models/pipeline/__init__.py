"""From a recipe to a checkpoint with every rung and the ladder that they reach.

Stage 1 trains the original and the HE-friendly architecture alike; stage 2, range-aware training, is terms in
the second one's loss; stage 3 substitutes polynomials (Zimerman et al., ICML 2024). Around stage 3 the model
may be trained on towards its own answers, which the paper does not do.
"""

from __future__ import annotations

from models.pipeline.making import Made, convert, make
from models.pipeline.work import Report

__all__ = ["Made", "Report", "convert", "make"]
