"""A checkpoint: one folder with every rung of a model, each a safetensors file and a JSON header.

`<folder>/<rung>.json` is the graph without its arrays, with a SHA-256 of the arrays' file;
`<folder>/<rung>.safetensors` holds them as float32 under `node/array`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.errors import ModelError
from models.graph import Graph, Node

RUNGS = ("original", "he_friendly", "polynomial")
FORMAT = 1


def save_graph(graph: Graph, folder: Path, rung: str) -> None:
    """Write one rung. Polynomial coefficients stay float64; weights are rounded to float32 before."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{node.name}/{name}": np.ascontiguousarray(array)
        for node in graph
        for name, array in _stored(node).items()
    }
    payload = save(arrays)
    header = {
        "format": FORMAT,
        "name": graph.name,
        "output": graph.output,
        "metadata": dict(graph.metadata),
        "arrays_sha256": hashlib.sha256(payload).hexdigest(),
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
    (folder / f"{rung}.safetensors").write_bytes(payload)
    (folder / f"{rung}.json").write_text(json.dumps(header, indent=1) + "\n")


def load_graph(folder: Path, rung: str) -> Graph:
    """Read one rung.

    Raises:
        ModelError: the checkpoint is missing, altered, or of another format.
    """
    header_path, arrays_path = folder / f"{rung}.json", folder / f"{rung}.safetensors"
    try:
        header: dict[str, Any] = json.loads(header_path.read_text())
        payload = arrays_path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"the checkpoint has no {Path(error.filename).name} in {folder}; "
            "make it with `python -m bench convert`"
        ) from error
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read ({error.strerror}); restore the checkpoint"
        ) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{header_path} is not JSON ({error}); restore the checkpoint") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelError(f"{header_path} is not a checkpoint of format {FORMAT}; restore it or convert again")
    if hashlib.sha256(payload).hexdigest() != header.get("arrays_sha256"):
        raise ModelError(
            f"{arrays_path} does not match the digest in {header_path.name}; restore the checkpoint"
        )
    try:
        return _graph(header, {name: array.astype(np.float64) for name, array in load(payload).items()})
    except (KeyError, TypeError, SafetensorError) as error:
        raise ModelError(
            f"{header_path} does not describe a graph ({error!r}); restore the checkpoint"
        ) from error


def digest(folder: Path, rung: str) -> str:
    """SHA-256 over a rung's header, which itself holds the digest of the arrays."""
    return hashlib.sha256((folder / f"{rung}.json").read_bytes()).hexdigest()


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
    return Graph(header["name"], nodes, header["output"], header["metadata"])


def _stored(node: Node) -> dict[str, Any]:
    exact = node.operation == "polynomial"
    return {name: array if exact else array.astype(np.float32) for name, array in node.arrays.items()}
