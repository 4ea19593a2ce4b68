"""How a source becomes a model's inputs, as literals that stand in a recipe and in a graph's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from models.errors import ModelError

#: Stands for every word that the vocabulary lacks.
UNKNOWN = "<unk>"
#: Ends every line of a text that is read word by word.
END_OF_LINE = "<eos>"
#: The id of a position that holds no token; such an input is a row of zeros.
PADDING = -1

#: Attention holds a number for every pair of tokens: 16 million of them at most. More pixels a side, and more
#: words, than any data set here has.
MOST_TOKENS, LARGEST_IMAGE, MOST_WORDS = 4096, 4096, 1_000_000

PositiveFloat = Annotated[float, Field(gt=0)]


class _Literal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Patches(_Literal):
    """A square image becomes tokens, one per patch.

    Attributes:
        size: side of the image as the model sees it, in pixels. An image whose sides are a whole multiple of
            it is averaged over boxes of that multiple.
        patch: side of a patch; the patches tile the image.
        margin: pixels of context around the patch that its token holds too; zero beyond the image.
        mean: the mean of each channel, in grey levels as stored; empty until a folder says both (see
            `models.huggingface`).
        std: standard deviation of each channel; a token holds `(pixel - mean) / std`.
        order: the order of the tokens: row by row over the image, or window by window and row by row in each.
        window: side of a window, in patches.
        lead: whether a token of zeros stands before the patches, such as ViT's [CLS], or two of them, as DeiT
            has for its teacher: the model's position embedding gives them their content.
    """

    kind: Literal["patches"] = "patches"
    size: int = Field(gt=0, le=LARGEST_IMAGE)
    patch: int = Field(gt=0, le=LARGEST_IMAGE)
    margin: int = Field(default=0, ge=0, le=64)
    mean: tuple[float, ...] = ()
    std: tuple[PositiveFloat, ...] = ()
    order: Literal["rows", "windows"] = "rows"
    window: int | None = Field(default=None, gt=0, le=MOST_TOKENS)
    lead: bool | Literal[2] = False

    @model_validator(mode="after")
    def _consistent(self) -> Patches:
        if self.size % self.patch:
            raise ValueError(f"size {self.size} is not a multiple of patch {self.patch}; change one of them")
        if self.side**2 > MOST_TOKENS:
            raise ValueError(f"{self.side} by {self.side} patches are over {MOST_TOKENS} tokens; raise patch")
        if len(self.mean) != len(self.std):
            raise ValueError("mean and std differ in length; give one of each per channel")
        if (self.order == "windows") != (self.window is not None):
            raise ValueError("order: windows and window belong together; give both or neither")
        if self.window is not None and self.side % self.window:
            raise ValueError(f"{self.side} patches a row are not a multiple of window {self.window}")
        if self.window is not None and self.lead:
            raise ValueError("a leading token would shift the windows; leave out lead or window")
        return self

    @property
    def side(self) -> int:
        """Patches per row and per column."""
        return self.size // self.patch


class TokenIds(_Literal):
    """What preparations to token ids share."""

    context: int = Field(gt=0, le=MOST_TOKENS)
    vocabulary: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _no_repeats(self) -> TokenIds:
        if len(set(self.vocabulary)) < len(self.vocabulary):
            raise ValueError("the vocabulary names a token twice; name each once")
        return self


class Characters(TokenIds):
    """A text becomes windows of characters, each predicting the character after it.

    Attributes:
        context: characters of a window.
        vocabulary: the characters by id; empty until it is fitted to the training text.
    """

    kind: Literal["characters"] = "characters"


class WordText(TokenIds):
    """A text becomes windows of words, each predicting the word after it; `<eos>` ends every line.

    Attributes:
        context: words of a window.
        vocabulary: the words by id, `<unk>` and `<eos>` among them; empty until it is fitted.
        vocabulary_size: the most entries that a fitted vocabulary has; all words where it is absent.
    """

    kind: Literal["word_text"] = "word_text"
    vocabulary_size: int | None = Field(default=None, gt=2, le=MOST_WORDS)

    @property
    def reserved(self) -> tuple[str, ...]:
        """Entries that every vocabulary has, first."""
        return (UNKNOWN, END_OF_LINE)

    @model_validator(mode="after")
    def _complete(self) -> WordText:
        _require(self.vocabulary, self.reserved)
        return self


class Words(TokenIds):
    """A sentence becomes the ids of its lower-cased words, cut or padded with -1 at the end.

    Attributes:
        context: positions, that of `lead` included.
        vocabulary: the words by id, `<unk>` among them; empty until it is fitted.
        vocabulary_size: the most entries that a fitted vocabulary has; all words where it is absent.
        lead: a token before every sentence, such as `<cls>`.
    """

    kind: Literal["words"] = "words"
    vocabulary_size: int | None = Field(default=None, gt=2, le=MOST_WORDS)
    lead: str | None = None

    @property
    def reserved(self) -> tuple[str, ...]:
        """Entries that every vocabulary has, first."""
        return (UNKNOWN,) if self.lead is None else (UNKNOWN, self.lead)

    @model_validator(mode="after")
    def _complete(self) -> Words:
        _require(self.vocabulary, self.reserved)
        return self


class Tokens(_Literal):
    """A text becomes the ids of a tokenizer's tokens, as models of Hugging Face read it.

    A sentence is cut to the context and padded at its end with -1; its special tokens, such as [CLS] and
    [SEP], are those of the tokenizer's own post-processor. A long text becomes windows of tokens, each
    predicting the token after it, with no special tokens.

    Attributes:
        context: positions, those of special tokens included.
        folder: where the tokenizer's files are, in a recipe relative to its own folder; that of `original`
            where it is absent. A checkpoint does not note it: it holds the tokenizer itself.
        truncation: whether a longer sentence is cut; else it is refused.
        special: whether a sentence gets special tokens.
        symbols: entries of the model's embedding; as many as the tokenizer has where it is absent.
        tokenizer: what a `tokenizer.json` holds; empty until it is read from the folder.
    """

    kind: Literal["tokens"] = "tokens"
    context: int = Field(gt=0, le=MOST_TOKENS)
    folder: Path | None = Field(default=None, exclude=True)
    truncation: bool = True
    special: bool = True
    symbols: int | None = Field(default=None, gt=0, le=MOST_WORDS)
    tokenizer: str = Field(default="", repr=False)


def _require(vocabulary: tuple[str, ...], reserved: tuple[str, ...]) -> None:
    absent = [token for token in reserved if token not in vocabulary]
    if vocabulary and absent:
        raise ValueError(f"the vocabulary lacks {', '.join(absent)}; add what is missing")


Preparation: TypeAlias = Annotated[
    Patches | Characters | WordText | Words | Tokens, Field(discriminator="kind")
]

_ADAPTER: TypeAdapter[Preparation] = TypeAdapter(Preparation)


def parse(literal: Mapping[str, Any]) -> Preparation:
    """A preparation from the mapping that a recipe or a graph's metadata holds.

    Raises:
        ModelError: the mapping has an unknown key or a wrong value.
    """
    try:
        return _ADAPTER.validate_python(dict(literal))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'preparation'}: {fault['msg']}" for fault in error.errors()
        )
        raise ModelError(f"the preparation is not valid ({faults}); correct these entries") from error
