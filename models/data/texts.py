"""WikiText-2, WikiText-103 and tiny Shakespeare: long texts for language models.

Sources: S. Merity et al., *Pointer Sentinel Mixture Models*, 2016 (arXiv 1609.07843), in the word-level
archives, packed or unpacked; A. Karpathy, char-rnn, `data/tinyshakespeare/input.txt`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from models.data.files import DataFolder, decoded
from models.data.forms import DataSet, Form
from models.data.sources import Provenance, Text
from models.data.vocabulary import split_lines
from models.errors import ModelError

PUBLISHED = {"training": "train", "validation": "valid", "held_out": "test"}

SHAKESPEARE = "tinyshakespeare.txt"
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"


@dataclass(frozen=True)
class WikiText:
    """One of the two sizes.

    Attributes:
        size: in the names of its files.
        tokens: split → words and line ends, as published.
        md5: the md5 of its archive.
    """

    size: int
    tokens: Mapping[str, int]
    md5: str

    @property
    def archive(self) -> str:
        """The file that is published."""
        return f"wikitext-{self.size}-v1.zip"

    def data_set(self) -> DataSet:
        """The plain texts, the published folder and the published archive."""
        plain = {split: (f"wikitext{self.size}_{part}.txt",) for split, part in PUBLISHED.items()}
        unpacked = {split: (f"wikitext-{self.size}/wiki.{part}.tokens",) for split, part in PUBLISHED.items()}

        def read_plain(folder: DataFolder, split: str) -> Text:
            return self._checked(folder, split, folder.text(*plain[split]), published=False)

        def read_published(folder: DataFolder, split: str) -> Text:
            (raw,) = folder.members(self.archive, unpacked[split])
            return self._checked(folder, split, decoded(raw, *unpacked[split]), published=True)

        return DataSet(
            title=f"articles of Wikipedia, {self.tokens['training']:,} words to train on",
            forms=(
                Form(plain, read_plain),
                Form(unpacked, read_published),
                Form(dict.fromkeys(PUBLISHED, (self.archive,)), read_published),
            ),
            origin=f"{self.archive} of s3.amazonaws.com/research.metamind.io/wikitext or of a mirror",
            md5={self.archive: self.md5},
        )

    def _checked(self, folder: DataFolder, split: str, text: str, *, published: bool) -> Text:
        """The text, of which a published file holds every word; a plain one may hold fewer."""
        found, most = sum(len(line) for line in split_lines(text)), self.tokens[split]
        if found > most or (published and found < most):
            files = ", ".join(folder.provenance.files)
            raise ModelError(f"{files} has {found} words instead of {most}; replace the file")
        return Text(text, f"wikitext{self.size}-{split}", folder.provenance)


#: Size → split → words and line ends, as published.
TOKENS = {
    2: {"training": 2_088_628, "validation": 217_646, "held_out": 245_569},
    103: {"training": 103_227_021, "validation": 217_646, "held_out": 245_569},
}

WIKITEXT2 = WikiText(
    size=2,
    tokens=TOKENS[2],
    md5="542ccefacc6c27f945fb54453812b3cd",
).data_set()
WIKITEXT103 = WikiText(
    size=103,
    tokens=TOKENS[103],
    md5="9ddaacaf6af0710eda8c456decff7832",
).data_set()


def _read_shakespeare(folder: DataFolder, split: str) -> Text:
    """The first nine tenths of the characters to train on, or the last tenth."""
    text = folder.text(SHAKESPEARE)
    official = hashlib.sha256(text.encode()).hexdigest() == SHAKESPEARE_SHA256
    whole = Text(text, "tiny_shakespeare", Provenance((SHAKESPEARE,), official))
    cut = len(text) * 9 // 10
    return whole.part(0, cut) if split == "training" else whole.part(cut, len(text))


TINY_SHAKESPEARE = DataSet(
    title="40,000 lines of Shakespeare; the last tenth of the characters is held out",
    forms=(Form(dict.fromkeys(("training", "held_out"), (SHAKESPEARE,)), _read_shakespeare),),
    origin="data/tinyshakespeare/input.txt of github.com/karpathy/char-rnn",
)
