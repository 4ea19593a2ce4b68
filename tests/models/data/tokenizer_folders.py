"""Small folders with tokenizers, as Hugging Face writes them."""

from __future__ import annotations

import json
from pathlib import Path

from models.data import subwords

PIECES = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "good",
    "film",
    "##s",
    "un",
    "##film",
    "##ed",
    ".",
)
#: Bytes as byte-level BPE spells them: a space is Ġ.
LETTERS = ("<s>", "<pad>", "</s>", "<unk>", "a", "b", "e", "t", "Ġ", "Ġa", "be", "to", "o")
MERGES = ("#version: 0.2", "Ġ a", "b e", "t o", "")


def word_pieces(folder: Path) -> Path:
    """The older form of a BERT's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"do_lower_case": True, "tokenizer_class": "BertTokenizer"})
    )
    return folder


def byte_pairs(folder: Path, *, roberta: bool) -> Path:
    """The older form of a GPT-2's or a RoBERTa's."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = LETTERS if roberta else (*LETTERS[4:], "<|endoftext|>")
    (folder / "vocab.json").write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    (folder / "merges.txt").write_text("\n".join(MERGES))
    kind = "RobertaTokenizer" if roberta else "GPT2Tokenizer"
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": kind}))
    return folder


def whole(folder: Path) -> Path:
    """The one file of today, which cuts and pads by itself as its owner liked."""
    told = json.loads(subwords.read(word_pieces(folder / "older")))
    told["truncation"] = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    told["padding"] = {
        "strategy": {"Fixed": 3},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    (folder / "tokenizer.json").write_text(json.dumps(told, indent=1))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder
