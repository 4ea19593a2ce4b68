"""From a folder to a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from models.data.literals import Patches, Preparation, Tokens
from models.errors import ModelError
from models.graph import Graph
from models.huggingface import bert, config, folder, gpt2, images, vit
from models.huggingface.imported import Imported, Request

_Reader = Callable[[folder.Source, Request], Imported]

#: Hugging Face's name of an architecture → how its checkpoint is read. The head of a GPT-2 is its embedding,
#: unless stored apart.
_READERS: Mapping[str, _Reader] = {
    "BertForSequenceClassification": bert.classifier,
    "GPT2LMHeadModel": gpt2.language_model,
    "GPT2Model": gpt2.language_model,
    "ViTForImageClassification": vit.classifier,
    "ViTModel": vit.backbone,
}


def load(
    path: Path,
    preparation: Preparation | None = None,
    *,
    context: int | None = None,
    name: str | None = None,
) -> Graph:
    """The original rung of a model that Hugging Face's `save_pretrained` wrote.

    Args:
        path: the folder, with `config.json` and the weights as safetensors, in one file or several.
        preparation: how a data set becomes the model's inputs; its literal goes into the metadata. For a ViT
            it may be left out where the folder has a `preprocessor_config.json`. Without either the metadata
            hold none, and the caller gives inputs: numbers of the model's own tokens, -1 for padding at the
            end, or `[samples, tokens, features]` as `models.data.patches` cuts images, a zero token first.
        context: tokens of a text, where no preparation says so; by default all positions of the model.
        name: the name of the graph; by default the folder's.

    Returns:
        The graph. Its logits are the model's, `[samples, positions, classes]`; those of a ViTModel are the
        features of its pooler, `[samples, 1, features]`.

    Raises:
        ModelError: the folder is incomplete or damaged, its weights are not those that its config describes,
            or the model is none that the graph can express.
    """
    if preparation is not None and context is not None:
        raise ModelError("the preparation fixes the context; give one of them")
    source = folder.read(path)
    request = Request(path.resolve().name if name is None else name, preparation, context)
    found = imported(source, request)
    source.tensors.check()
    return found.graph(request.name)


def preparation(path: Path, given: Preparation) -> Preparation:
    """How a data set becomes a model's inputs, with what a folder says where the caller says nothing.

    Args:
        path: the folder; its weights are not read.
        given: what the caller says. That of images may lack mean and deviation, tokens the size of the
            model's vocabulary.

    Raises:
        ModelError: the folder is incomplete or damaged, or what the caller says contradicts it.
    """
    if isinstance(given, Tokens):
        return _with_symbols(folder.read(path), given)
    if not isinstance(given, Patches):
        return given
    source = folder.read(path)
    if _reader(source) not in (vit.classifier, vit.backbone):
        raise ModelError(f"{source.config_path} is no model of images; give the preparation of a text")
    return images.preparation(source, given)


def _with_symbols(source: folder.Source, given: Tokens) -> Tokens:
    """Tokens with the size of the model's vocabulary, which may have more entries than its tokenizer."""
    symbols = source.config.get("vocab_size")
    if given.symbols is not None or not isinstance(symbols, int):
        return given
    return given.model_copy(update={"symbols": symbols})


def imported(source: folder.Source, request: Request) -> Imported:
    """A folder in the graph's terms; whether its weights are all those described is not checked.

    Raises:
        ModelError: the model is none that the graph can express.
    """
    return _reader(source)(source, request)


def label_names(path: Path) -> tuple[str, ...] | None:
    """The names of a classifier's classes in the order of its logits, where its config gives them.

    Raises:
        ModelError: the config is missing or damaged.
    """
    source = folder.read(path)
    labels = config.read(config.EncoderConfig, source.config, source.config_path).labels
    return None if labels is None else tuple(str(labels[number]) for number in sorted(labels))


def _reader(source: folder.Source) -> _Reader:
    named = source.config.get("architectures") or _of_its_kind(source)
    if not isinstance(named, list):
        raise ModelError(f"{source.config_path} has the architectures {named!r}; write a list of names")
    known = [name for name in named if name in _READERS]
    if known:
        return _READERS[known[0]]
    raise ModelError(
        f"{source.config_path} names the architectures {named}; import one of {', '.join(sorted(_READERS))}"
    )


def _of_its_kind(source: folder.Source) -> list[str]:
    """The architecture that the kind of model and the weights say."""
    kinds = {
        "bert": "BertForSequenceClassification",
        "gpt2": "GPT2LMHeadModel",
        "vit": "ViTForImageClassification" if "classifier.weight" in source.tensors else "ViTModel",
    }
    kind = source.config.get("model_type")
    if kind not in kinds:
        raise ModelError(
            f"{source.config_path} names no architectures, and as model_type {kind}; "
            f"give it one of {', '.join(kinds)}"
        )
    return [kinds[kind]]
