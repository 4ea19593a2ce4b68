"""From a folder to a graph."""

from __future__ import annotations

import logging
from pathlib import Path

from models.architectures.shapes import too_many
from models.data.literals import Patches, Preparation, Tokens
from models.errors import ModelError
from models.graph import Graph
from models.huggingface import config, describing, folder, images
from models.huggingface.described import Described
from models.huggingface.kinds.image import ImageConfig
from models.huggingface.labels import Labels
from models.huggingface.request import Request

logger = logging.getLogger(__name__)


def load(
    path: Path | str,
    preparation: Preparation | None = None,
    *,
    context: int | None = None,
    name: str | None = None,
) -> Graph:
    """The original rung of a model that `save_pretrained` of transformers or of sentence-transformers wrote.

    Args:
        path: the folder, with `config.json` and the weights as safetensors, in one file or several; with a
            `modules.json`, tokens are pooled as that says.
        preparation: how a data set becomes the model's inputs; its literal goes into the metadata. For a ViT
            it may be left out where the folder has a `preprocessor_config.json`. Without either the metadata
            hold none, and the caller gives inputs: numbers of the model's own tokens, -1 for padding at the
            end, or `[samples, tokens, features]` as `models.data.patches` cuts images, a zero token first.
        context: tokens of a text, where no preparation says so; by default all positions of the model,
            4,096 at most.
        name: the name of the graph; by default the folder's.

    Returns:
        The graph. Its logits are the model's, `[samples, positions, classes]`; those of a ViTModel are the
        features of its pooler, `[samples, 1, features]`, those of a bare encoder of text the features of
        every token, `[samples, tokens, features]`, or what `modules.json` makes of them,
        `[samples, 1, features]`.

    Raises:
        ModelError: the folder is incomplete or damaged, its weights are not those that its config describes,
            or the model is too large or none that the graph can express.
    """
    if preparation is not None and context is not None:
        raise ModelError("the preparation fixes the context; give one of them")
    source = folder.read(Path(path))
    request = Request(Path(path).resolve().name if name is None else name, preparation, context)
    found = _held(source, request)
    if taken := describing.taken(source, found.head):
        classes = ", ".join(describing.model_classes(source))
        logger.warning("%s, a %s, is %s", source.folder, classes, taken)
    return found.filled(source.tensors)


def described(path: Path | str) -> Described:
    """What a folder says of its model; of a text, with all positions of the model, 4,096 at most.

    Raises:
        ModelError: the folder is incomplete or damaged, or the model is too large or none that the graph can
            express.
    """
    return _held(folder.read(Path(path)), Request(Path(path).resolve().name))


def _held(source: folder.Source, request: Request) -> Described:
    """The model of a folder, if a machine holds its weights."""
    found = describing.describe(source, request)
    if excess := too_many(found.architecture.weights):
        raise ModelError(f"{source.folder}: {excess}; name a smaller model")
    return found


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
    found = describing.said(source, describing.known(source)[0])
    if not isinstance(found, ImageConfig):
        raise ModelError(f"{source.config_path} is no model of images; give the preparation of a text")
    return images.preparation(found, source, given)


def _with_symbols(source: folder.Source, given: Tokens) -> Tokens:
    """Tokens with the size of the model's vocabulary, which may have more entries than its tokenizer."""
    symbols = source.config.get("vocab_size")
    if given.symbols is not None or not isinstance(symbols, int):
        return given
    return given.model_copy(update={"symbols": symbols})


def label_names(path: Path) -> tuple[str, ...] | None:
    """The names of a classifier's classes in the order of its logits, where its config gives them.

    Raises:
        ModelError: the config is missing or damaged.
    """
    source = folder.read(path)
    return config.read(Labels, source.config, source.config_path).names
