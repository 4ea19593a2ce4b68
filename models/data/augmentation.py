"""Which random changes of training images and texts leave what is to be learned of them as it is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: Share of the image that an erased rectangle covers, and its height over its width (Zhong et al., AAAI 2020,
#: section 3.1).
ERASED_SHARE = (0.02, 0.4)
ERASED_ASPECT = (0.3, 1 / 0.3)


class Augmentation(BaseModel):
    """Which changes are made, each anew for every sample of every batch.

    Attributes:
        crop: images: up to so many pixels of shift each way, zeros moving in.
        flip: images: half of them are mirrored left to right.
        auto_augment: images: two changes of geometry or colour by a policy that was searched for on CIFAR-10.
        erase: images: probability that a rectangle is set to zero, the mean of its channel.
        mixup: images: parameter of the beta distribution of the share with which two are added up.
        cutmix: images: the same of the area that a rectangle of another image covers.
        mixed: images: probability that a batch is mixed, by either where both are asked for.
        word_dropout: sentences: probability that a word becomes `<unk>`.
        random_windows: texts: windows begin at any token and not only at multiples of the context.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    crop: int = Field(default=0, ge=0, le=64)
    flip: bool = False
    auto_augment: bool = False
    erase: float = Field(default=0, ge=0, le=1)
    mixup: float = Field(default=0, ge=0, le=100)
    cutmix: float = Field(default=0, ge=0, le=100)
    mixed: float | None = Field(default=None, gt=0, le=1)
    word_dropout: float = Field(default=0, ge=0, lt=1)
    random_windows: bool = False

    @model_validator(mode="after")
    def _mixing_is_whole(self) -> Augmentation:
        if (self.mixed is not None) != self.mixes:
            raise ValueError(
                "mixup and cutmix need mixed, the probability that a batch is, and it needs them"
            )
        return self

    @property
    def mixes(self) -> bool:
        """Whether batches are mixed, so that labels are shares of classes."""
        return bool(self.mixup or self.cutmix)

    def asked(self) -> set[str]:
        """Names of the changes that are made."""
        return {name for name, value in self.model_dump().items() if value} - {"mixed"}
