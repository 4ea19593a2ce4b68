"""A model small enough to train in a second."""

from models.data import digits
from models.data.samples import Samples
from models.recipe import TrainingSettings
from models.vit import VitShape

SHAPE = VitShape(
    tokens=digits.TOKENS,
    features=digits.FEATURES,
    classes=digits.CLASSES,
    dim=8,
    heads=2,
    blocks=1,
    mlp_ratio=2,
)
SETTINGS = TrainingSettings(
    seeds=(0,),
    epochs=3,
    batch=32,
    learning_rate=0.01,
    warm_up_epochs=1,
    weight_decay=0.1,
    label_smoothing=0.1,
    range_weight=0.0,
)


def few_samples() -> Samples:
    """200 training images."""
    return digits.training().take(range(200))
