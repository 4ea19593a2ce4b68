"""The files of a Hugging Face folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, deserialize, safe_open

from models import regular_files
from models.errors import ModelError
from models.huggingface import pickled
from models.huggingface.tensors import Stored, Tensors

_CONFIG = "config.json"
_PREPROCESSOR = "preprocessor_config.json"
_MODULES = "modules.json"
#: Bytes of a file that describes: the index of the largest model that is published has a hundredth.
LARGEST_JSON = 1 << 26
#: Files of weights in the order in which one is chosen; each may be divided, with an index of the parts.
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_ADVICE = "name a folder that `save_pretrained` wrote, with its weights as safetensors"
#: How the text begins that stands in place of a file which Git's large file storage has not fetched.
_POINTER = b"version https://git-lfs"
#: Digits of whole numbers, with a sign: those of 64 bits have no more.
_MOST_DIGITS = 19
_NO_WEIGHTS = f"{_ADVICE}; of a pytorch_model.bin they are made by `{pickled.CONVERSION}`, run in its folder"


@dataclass(frozen=True)
class Source:
    """What a folder holds.

    Attributes:
        folder: where it lies.
        config: the entries of `config.json`.
        preprocessor: those of `preprocessor_config.json`, or None where there is none.
        modules: those of `modules.json`, by which sentence-transformers knows what follows what, or None; and
        modules_path: that file.
    """

    folder: Path
    config: Mapping[str, Any]
    preprocessor: Mapping[str, Any] | None
    modules: Sequence[Mapping[str, object]] | None
    modules_path: Path

    @cached_property
    def tensors(self) -> Tensors:
        """The weights, read when they are first asked for.

        Raises:
            ModelError: a file is missing or damaged.
        """
        return _tensors(self.folder)

    @property
    def config_path(self) -> Path:
        """The file that describes the model."""
        return self.folder / _CONFIG

    @property
    def preprocessor_path(self) -> Path:
        """The file that describes the preparation of images."""
        return self.folder / _PREPROCESSOR


def read(folder: Path) -> Source:
    """Read a folder, its weights not yet.

    Raises:
        ModelError: a file is missing or damaged.
    """
    modules_path = folder / _MODULES
    modules = _modules(modules_path) if modules_path.is_file() else None
    if modules and not (folder / _CONFIG).is_file():
        folder = folder / str(modules[0].get("path", ""))  # sentence-transformers once wrote it there
    preprocessor = folder / _PREPROCESSOR
    entries = entries_of(preprocessor) if preprocessor.is_file() else None
    return Source(folder, entries_of(folder / _CONFIG), entries, modules, modules_path)


def _modules(path: Path) -> list[dict[str, object]]:
    content = _json(path)
    if not isinstance(content, list) or not all(isinstance(module, dict) for module in content):
        raise ModelError(f"{path} holds no list of modules; restore the folder")
    return content


def _tensors(folder: Path) -> Tensors:
    """The weights, of one file or of all that an index names."""
    for name in _WEIGHTS:
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            return Tensors(str(folder), _stored(folder / name))
        if index.is_file():
            return Tensors(str(folder), _of_parts(index))
    return Tensors(str(folder), _stored(folder / _WEIGHTS[0]))


def _of_parts(index: Path) -> dict[str, Stored]:
    folder, places = index.parent, entries_of(index).get("weight_map")
    if not isinstance(places, dict) or not all(_is_file_name(file) for file in places.values()):
        raise ModelError(f"{index} does not say which file holds which weights; restore it")
    found: dict[str, Stored] = {}
    for file in sorted(set(places.values())):
        found |= _stored(folder / file)
    absent = sorted(set(places) - set(found))
    if absent:
        raise ModelError(
            f"{folder}: the files lack {', '.join(absent)}, which {index.name} names; restore the folder"
        )
    return found


def _is_file_name(file: object) -> bool:
    """Whether this names a file in the folder itself."""
    return isinstance(file, str) and Path(file).name == file and "\0" not in file


def _stored(path: Path) -> dict[str, Stored]:
    try:
        refuse_pointer(path)
        if path.suffix == ".bin":
            content = pickled.as_safetensors(path)
        else:
            with safe_open(path, "np"):  # type: ignore[no-untyped-call]
                content = regular_files.content(path)  # which a damaged head does not make so long
        entries = deserialize(content)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); {_NO_WEIGHTS}") from error
    except SafetensorError as error:
        raise ModelError(f"{path} is not a safetensors file ({error}); restore the folder") from error
    return {name: Stored(entry["dtype"], tuple(entry["shape"]), entry["data"]) for name, entry in entries}


def refuse_pointer(path: Path) -> None:
    """Say how to fetch weights in whose place Git LFS has left a pointer.

    Raises:
        ModelError: this file is one.
        OSError: the file cannot be read.
    """
    with regular_files.opened(path) as file:
        if file.read(len(_POINTER)) == _POINTER:
            raise ModelError(f"{path} is a pointer to weights that Git LFS keeps; fetch them: git lfs pull")


def entries_of(path: Path) -> dict[str, Any]:
    """The entries of a JSON file.

    Raises:
        ModelError: it is missing or damaged.
    """
    content = _json(path)
    if not isinstance(content, dict):
        raise ModelError(f"{path} holds no JSON object; restore the folder")
    return content


def _json(path: Path) -> object:
    try:
        with regular_files.opened(path) as file:
            raw = file.read(LARGEST_JSON + 1)
        if len(raw) > LARGEST_JSON:
            raise ModelError(f"{path} is larger than {LARGEST_JSON:,} bytes; restore the folder")
        content: object = json.loads(raw.decode("utf-8"), parse_int=_whole)
        json.dumps(content, ensure_ascii=False).encode()  # half of a character is no text
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); {_ADVICE}") from error
    except RecursionError as error:
        raise ModelError(f"{path} is not JSON (it is nested too deeply); restore the folder") from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise ModelError(f"{path} is not JSON ({error}); restore the folder") from error
    return content


def _whole(text: str) -> int | float:
    """A whole number; as a float one of more than 64 bits, as some entries have it for no limit."""
    return int(text) if len(text) <= _MOST_DIGITS else float(text)
