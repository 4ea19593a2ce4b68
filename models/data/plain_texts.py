"""Long texts of a user's own, from one file or several."""

from __future__ import annotations

import re
from pathlib import PurePath

from models.data.files import DataFolder
from models.data.forms import SPLITS
from models.data.own import PlainText
from models.data.sources import Text
from models.errors import ModelError

#: The part of a training text that is held out where nothing says how much.
HELD_OUT = 0.1
_SPACE = re.compile(r"\s")


def read(folder: DataFolder, asked: PlainText, split: str) -> Text:
    """A split of texts: its files one after the other, each begun on a line of its own.

    What is held out of the training text is its end, from the first white space after the fraction's
    beginning on, so that no word, and no window of tokens, is in both.

    Raises:
        ModelError: a file is missing, empty or no UTF-8, or it is in two splits.
    """
    names = asked.files(split)
    _check_apart(folder, asked)
    texts = [folder.text(name) for name in names]
    text = "".join(one if one.endswith("\n") else f"{one}\n" for one in texts[:-1]) + texts[-1]
    name = PurePath(names[0]).name.partition(".")[0]
    if not asked.divides or split == "validation":
        return Text(text, f"{name}-{split}", folder.provenance)
    whole = Text(text, name, folder.provenance)
    cut = _cut(text, asked.held_out_fraction or HELD_OUT)
    return whole.part(0, cut) if split == "training" else whole.part(cut, len(text))


def _cut(text: str, fraction: float) -> int:
    """Where the part that is held out begins."""
    wanted = len(text) - round(len(text) * fraction)
    space = _SPACE.search(text, wanted)
    return wanted if space is None else space.start()


def _check_apart(folder: DataFolder, asked: PlainText) -> None:
    """See that no file is in two splits, where what is judged would have been learnt."""
    known: dict[object, tuple[str, str]] = {}
    for split in SPLITS:
        names = () if getattr(asked, split) is None else asked.files(split)
        for name in names:
            path = folder.locate(name)
            key = name if path is None else path.resolve()
            other, spelled = known.setdefault(key, (split, name))
            if other != split:
                raise ModelError(
                    f"{spelled} is both {other} and {split}, so that what is judged by was learnt; name "
                    "another file, or leave held_out out: the end of training is held out then"
                )
