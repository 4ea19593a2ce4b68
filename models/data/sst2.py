"""SST-2: sentences from film reviews, negative (0) or positive (1).

Source: R. Socher et al., *Recursive Deep Models for Semantic Compositionality*, EMNLP 2013. The plain form
has lines of a sentence, a tab and the label. The official form is GLUE's `SST-2.zip`, packed or unpacked,
whose training part also holds phrases. Its `dev` is the validation split, in either form the same sentences;
its test part has no labels, so that held-out sentences come in the plain form alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.data.files import DataFolder, decoded
from models.data.forms import DataSet, Form
from models.data.sources import Sentences, numbered
from models.data.tables import unquoted
from models.errors import ModelError

CLASS_NAMES = ("negative", "positive")
PLAIN = {"training": "sst2_train.tsv", "validation": "sst2_dev.tsv", "held_out": "sst2_test.tsv"}
ARCHIVE = "SST-2.zip"
GLUE = {"training": "SST-2/train.tsv", "validation": "SST-2/dev.tsv"}
GLUE_HEADER = "sentence\tlabel"
MD5 = {
    "SST-2.zip": "9f81648d4199384278b86e315dac217c",
    "SST-2/train.tsv": "da409a0a939379ed32a470bc0f7fe99a",
    "SST-2/dev.tsv": "268856b487b2a31a28c0a93daaff7288",
}
#: Split → the most sentences of any form; GLUE's phrases are counted in.
MOST = {"training": 67_349, "validation": 872, "held_out": 1_821}


def _read_plain(folder: DataFolder, split: str) -> Sentences:
    rows = [_unquoted(line) for line in folder.text(PLAIN[split]).rstrip("\n").split("\n")]
    return _checked(folder, split, rows)


def _read_glue(folder: DataFolder, split: str) -> Sentences:
    text = decoded(folder.members(ARCHIVE, [GLUE[split]])[0], GLUE[split])
    header, _, rest = text.partition("\n")
    if header != GLUE_HEADER:
        raise ModelError(f"{GLUE[split]} does not begin with the header of GLUE's form; fetch it again")
    return _checked(folder, split, rest.removesuffix("\n").split("\n"))


def _unquoted(line: str) -> str:
    """A line whose fields are as they were before a program for tables put them into quotes."""
    sentence, tab, label = line.rpartition("\t")
    return f"{unquoted(sentence)}{tab}{unquoted(label)}"


def _checked(folder: DataFolder, split: str, lines: Sequence[str]) -> Sentences:
    rows = [line.rstrip("\r").rpartition("\t") for line in lines]
    wrong = next((i for i, row in enumerate(rows) if row[2] not in ("0", "1") or not row[0].strip()), None)
    files = ", ".join(folder.provenance.files)
    if wrong is not None:
        raise ModelError(f"{files} has no sentence, tab and label 0 or 1 in row {wrong + 1}; correct it")
    if len(rows) > MOST[split]:
        raise ModelError(f"{files} has {len(rows)} rows instead of {MOST[split]} at most; replace the file")
    labels = np.array([int(label) for _, _, label in rows], np.int64)
    texts = tuple(sentence.strip() for sentence, _, _ in rows)
    return Sentences(texts, labels, CLASS_NAMES, numbered("sst2", split, len(rows)), folder.provenance)


DATA_SET = DataSet(
    title="sentences from film reviews, negative or positive",
    forms=(
        Form({split: (name,) for split, name in PLAIN.items()}, _read_plain),
        Form({split: (name,) for split, name in GLUE.items()}, _read_glue),
        Form(dict.fromkeys(GLUE, (ARCHIVE,)), _read_glue),
    ),
    origin="dl.fbaipublicfiles.com/glue/data/SST-2.zip",
    unpublished={
        "held_out": "the test sentences of nlp.stanford.edu/sentiment that are not neutral, a sentence, a "
        "tab and 0 (negative) or 1 (positive) a line; GLUE's test part has no labels"
    },
    md5=MD5,
)
