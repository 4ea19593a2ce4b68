"""What there is to name on the command line, a line each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backends.registry import available
from bench.spec.cases import ModelCase
from bench.spec.recipes import command
from bench.spec.suite import CHECKPOINTS, SUITES, Suite, load_suite
from models.checkpoint import load_graph
from models.data.catalogue import describe
from models.errors import ModelError
from reports.record import TIMING_ONLY


def _suites() -> list[tuple[str, str]]:
    suites = [load_suite(str(path), list(available())) for path in sorted(SUITES.glob("*.yaml"))]
    return [(suite.path.stem, "; ".join([suite.title, *_not_here(suite)])) for suite in suites]


def _not_here(suite: Suite) -> list[str]:
    """What a suite's cases lack, and how to get it."""
    models = [case for case in suite.cases if isinstance(case, ModelCase)]
    lacking = [case.model for case in models if case.name in suite.missing]
    return [f"not here: {model}: make it with {command(model)}" for model in dict.fromkeys(lacking)]


def _backends() -> list[tuple[str, str]]:
    return [(name, descriptor.summary) for name, descriptor in available().items()]


def _parameters() -> list[tuple[str, str]]:
    rows = []
    for path in sorted(SUITES.glob("*.yaml")):
        suite = load_suite(str(path), list(available()))
        rows += [
            (f"{suite.name}: {parameter_set.names[0]}", parameter_set.names[-1])
            for parameter_set in suite.parameter_sets
        ]
    return rows


def _models() -> list[tuple[str, str]]:
    return [(folder.name, _rungs(folder)) for folder in sorted(CHECKPOINTS.iterdir())]


def _rungs(folder: Path) -> str:
    """A checkpoint's stages of conversion (rungs), and whether they are fit for more than timing."""
    found = sorted(path.stem for path in folder.glob("*.safetensors"))
    text = ", ".join(found)
    try:  # every stage of a model with random weights says so
        random = any(load_graph(folder, rung).metadata.get("weights") == "random" for rung in found[:1])
    except ModelError as error:
        return f"{text}; {error}"
    return f"{text}; {TIMING_ONLY}" if random else text


def _data() -> list[tuple[str, str]]:
    rows = []
    for described in describe():
        text = f"{described.title}; here: {', '.join(described.found) or 'nothing'}"
        if described.missing:
            text += f"; not here: {', '.join(described.missing)}: {described.advice}"
        rows.append((described.name, text))
    return rows


#: By kind, how its names are found and what is said of each.
ROWS: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "suites": _suites,
    "backends": _backends,
    "parameters": _parameters,
    "models": _models,
    "data": _data,
}
