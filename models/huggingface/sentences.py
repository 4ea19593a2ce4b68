"""Sentence embeddings: what `modules.json` of sentence-transformers does with the tokens of a bare model.

Reimers and Gurevych, *Sentence-BERT* (2019): the features of all tokens are pooled to one vector, which may
be brought to length 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.errors import ModelError
from models.huggingface.folder import Source, entries_of

#: A way of pooling, as an entry of its own or as the value of `pooling_mode`, and its name here.
_MODES = {"cls_token": "first", "cls": "first", "mean_tokens": "masked_mean", "mean": "masked_mean"}
_PREFIX = "pooling_mode_"


def pooling(source: Source) -> Mapping[str, object] | None:
    """What a folder's modules say of the architecture; None where it has no list of modules.

    Raises:
        ModelError: they do something else than pool and normalise.
    """
    if source.modules is None:
        return None
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in source.modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ModelError(
            f"{source.modules_path} lists the modules {', '.join(kinds)}; import a model of Transformer, "
            "Pooling and perhaps Normalize, or take modules.json away to have the transformer alone"
        )
    entries = entries_of(source.modules_path.parent / str(source.modules[1].get("path", "")) / "config.json")
    asked = {
        name.removeprefix(_PREFIX) for name, value in entries.items() if value is True and _PREFIX in name
    }
    if isinstance(entries.get("pooling_mode"), str):
        asked.add(str(entries["pooling_mode"]))
    found = {_MODES.get(mode) for mode in asked}
    if len(asked) != 1 or None in found:
        raise ModelError(
            f"{source.modules_path.parent} pools by {', '.join(sorted(asked)) or 'nothing'}; "
            "import a model that pools by the mean of its tokens or by the first alone"
        )
    return {"pool": found.pop(), "normalise": kinds[-1] == "Normalize", "head": False}
