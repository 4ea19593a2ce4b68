"""A checkpoint: one folder with every rung of a model, each a safetensors file and a JSON header.

`<folder>/<rung>.json` is the graph without its arrays, with a SHA-256 of the arrays' file;
`<folder>/<rung>.safetensors` holds them under `node/array`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models import regular_files
from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.operations import attributes, declared
from models.operations.operation import Value

RUNGS = ("original", "he_friendly", "polynomial")
FORMAT = 1
_AGAIN = "restore it, or remove its folder and make it again"


def save_graph(graph: Graph, folder: Path, rung: str, storage: str = "float32") -> None:
    """Write one rung, its weights as `storage`: float16, float32 or float64.

    Polynomial coefficients stay float64. Weights that `storage` cannot hold exactly are rounded before
    anything is measured (`models.conversion.round_weights`).

    Raises:
        ModelError: a weight is too large for `storage`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    payload = save(_stored(graph, storage))
    header = _header(graph) | {"arrays_sha256": hashlib.sha256(payload).hexdigest()}
    (folder / f"{rung}.safetensors").write_bytes(payload)
    (folder / f"{rung}.json").write_text(json.dumps(header, indent=1) + "\n")


def graph_digest(graph: Graph) -> str:
    """SHA-256 over everything that a graph holds, its weights in float64."""
    content = hashlib.sha256(json.dumps(_header(graph), sort_keys=True).encode())
    content.update(save(_stored(graph, "float64")))
    return content.hexdigest()[:16]


def _header(graph: Graph) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": graph.name,
        "output": graph.output,
        "metadata": dict(graph.metadata),
        "nodes": [
            {
                "name": node.name,
                "operation": node.operation,
                "inputs": list(node.inputs),
                "attributes": dict(node.attributes),
                "arrays": sorted(node.arrays),
                "layer": node.layer,
            }
            for node in graph
        ],
    }


def load_graph(folder: Path, rung: str) -> Graph:
    """Read one rung.

    Raises:
        ModelError: the checkpoint is missing, altered, or of another format.
    """
    header_path, arrays_path = folder / f"{rung}.json", folder / f"{rung}.safetensors"
    try:
        header: dict[str, Any] = json.loads(regular_files.text(header_path))
        payload = regular_files.content(arrays_path)
    except FileNotFoundError as error:
        raise ModelError(
            f"the checkpoint has no {Path(error.filename).name} in {folder}; "
            "make it with `python -m bench convert`"
        ) from error
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read ({error.strerror}); restore the checkpoint"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{header_path} is not JSON ({error}); restore the checkpoint") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelError(f"{header_path} is not a checkpoint of format {FORMAT}; restore it or convert again")
    if hashlib.sha256(payload).hexdigest() != header.get("arrays_sha256"):
        raise ModelError(
            f"{arrays_path} does not match the digest in {header_path.name}; restore the checkpoint"
        )
    try:
        graph = _graph(header, _arrays(payload))
        _check(graph)
    except ModelError as error:
        raise ModelError(f"{header_path}: {error}; restore the checkpoint") from error
    except (KeyError, TypeError, ValueError, LookupError, AttributeError, SafetensorError) as error:
        raise ModelError(
            f"{header_path} does not describe a graph ({error!r}); restore the checkpoint"
        ) from error
    return graph


def _arrays(payload: bytes) -> dict[str, Array]:
    """Every array in float64.

    Raises:
        ModelError: one holds a value that is no number.
    """
    with np.errstate(invalid="ignore"):  # of a value that is no number in its own type either
        arrays = {name: array.astype(np.float64) for name, array in load(payload).items()}
    for name, array in arrays.items():
        if np.isnan(array).any():
            raise ModelError(f"{name} holds values that are no numbers")
    return arrays


def _check(graph: Graph) -> None:
    """Raise ModelError where attributes are not those of the operation, or do not fit its operands."""
    for node in graph:
        wrong = attributes.fault(node, declared(node.operation))
        if wrong is not None:
            raise ModelError(f"node {node.name}: {wrong}")
    found: dict[str, Value] = {}
    for node in graph:
        operation, operands = declared(node.operation), [found[name] for name in node.inputs]
        wrong = None if operation.misfit is None else operation.misfit(node, operands)
        if wrong is not None:
            raise ModelError(f"node {node.name}: {wrong}")
        found[node.name] = operation.result(node, operands)


def ladder(folder: Path) -> dict[str, Any]:
    """What was noted of a checkpoint as it was made, its `ladder.json`.

    Raises:
        ModelError: see `noted`.
    """
    return noted(folder / "ladder.json")


def noted(path: Path) -> dict[str, Any]:
    """What stands beside graphs in a JSON file.

    Raises:
        ModelError: there is none, or it is no JSON object.
    """
    try:
        found = json.loads(regular_files.text(path))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); {_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON ({error}); {_AGAIN}") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} holds no names with values; {_AGAIN}")
    return found


def digest(folder: Path, rung: str) -> str:
    """SHA-256 over a rung's header, which itself holds the digest of the arrays."""
    return hashlib.sha256(regular_files.content(folder / f"{rung}.json")).hexdigest()


def model_digest(folder: Path) -> str:
    """SHA-256 over the digests of all rungs, by which records know a checkpoint."""
    digests = "".join(digest(folder, rung) for rung in RUNGS)
    return hashlib.sha256(digests.encode()).hexdigest()


def _graph(header: dict[str, Any], arrays: dict[str, Any]) -> Graph:
    nodes = tuple(
        Node(
            name=entry["name"],
            operation=entry["operation"],
            inputs=tuple(entry["inputs"]),
            attributes=entry["attributes"],
            arrays={name: arrays[f"{entry['name']}/{name}"] for name in entry["arrays"]},
            layer=entry["layer"],
        )
        for entry in header["nodes"]
    )
    if not isinstance(header["metadata"], dict) or not isinstance(header["name"], str):
        raise TypeError("the metadata are no names with values, or the graph has no name")
    return Graph(header["name"], nodes, header["output"], header["metadata"])


def _stored(graph: Graph, storage: str) -> dict[str, Any]:
    """`node/array` → the array in the type in which it is kept."""
    arrays: dict[str, Any] = {}
    for node in graph:
        exact = declared(node.operation).exact
        for name, array in node.arrays.items():
            kept = np.ascontiguousarray(array, np.float64 if exact else storage)
            if not np.isfinite(kept).all():
                raise ModelError(f"node {node.name}: {name} does not fit {storage}; store it as float32")
            arrays[f"{node.name}/{name}"] = kept
    return arrays
