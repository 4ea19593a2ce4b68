"""What there is to name on the command line, and what is known of each without running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from backends.registry import available
from backends.security import foretold, judge, nominal
from bench.spec.cases import ModelCase
from bench.spec.recipes import command
from bench.spec.suite import CHECKPOINTS, SUITES, Suite, SuiteParameterSet, load_suite
from models.checkpoint import ladder, load_graph
from models.data.catalogue import describe
from models.errors import ModelError
from models.graph import Graph
from models.metrics.catalogue import METRICS, metric_of
from models.metrics.metric import Metric
from models.shapes import value_shapes
from reports.figures import ABSENT, in_metric
from reports.record import TIMING_ONLY

#: What is told of a name, by the heading of its column.
Row = Mapping[str, str]


def _loaded() -> list[Suite]:
    return [load_suite(str(path), list(available())) for path in sorted(SUITES.glob("*.yaml"))]


def _suites() -> list[Row]:
    return [
        {"suite": suite.path.stem, "what it is": "; ".join([suite.title, *_not_here(suite)])}
        for suite in _loaded()
    ]


def _not_here(suite: Suite) -> list[str]:
    """What a suite's cases lack, and how to get it."""
    models = [case for case in suite.cases if isinstance(case, ModelCase)]
    lacking = [case.model for case in models if case.name in suite.missing]
    return [f"not here: {model}: make it with {command(model)}" for model in dict.fromkeys(lacking)]


def _backends() -> list[Row]:
    return [{"backend": name, "what it is": found.summary} for name, found in available().items()]


def _parameters() -> list[Row]:
    return [_parameter_set(suite, one) for suite in _loaded() for one in suite.parameter_sets]


def _parameter_set(suite: Suite, one: SuiteParameterSet) -> Row:
    parameters = one.parameters
    return {
        "suite": suite.name,
        "set": one.names[0],
        "N": f"2^{parameters.log_n}",
        "log QP": str(parameters.nominal_log_qp),
        "security": " / ".join(dict.fromkeys(_security(one, backend) for backend in one.backends)),
        "slots": str(parameters.slots),
        "depth": str(parameters.depth),
        "digits": str(parameters.digits),
        "scale bits": str(parameters.scale_bits),
        "refresh": one.refresh.replace("_", " "),
        "libraries": ", ".join(one.backends),
    }


def _security(one: SuiteParameterSet, backend: str) -> str:
    """The bits that a backend's keys will reach, as far as its primes are known beforehand."""
    found = available().get(backend)
    facts = nominal(one.parameters) if found is None else foretold(one.parameters, found.capabilities)
    verdict = judge(facts)
    return str(verdict.bits) if verdict.secure else "INSECURE"


def _models() -> list[Row]:
    return [{"model": folder.name, **_model(folder)} for folder in sorted(CHECKPOINTS.iterdir())]


def score(folder: Path) -> str:
    """What a checkpoint's polynomial model reaches on what is held out; nothing where that is unknown."""
    row = _model(folder)
    reached = row.get("polynomial", ABSENT)
    return "" if reached == ABSENT else f"{row['judged by']} {reached}"


def _model(folder: Path) -> Row:
    """A checkpoint's task and size, and what its first and its last stage of conversion (rung) reach."""
    rungs = sorted(path.stem for path in folder.glob("*.safetensors"))
    if not rungs:
        return {"what it is": "no stage of conversion is here"}
    try:
        graph = load_graph(folder, "polynomial" if "polynomial" in rungs else rungs[-1])
    except ModelError as error:
        return {"what it is": str(error)}
    metric = _judged_by(folder, graph)
    return {
        "what it is": _task(graph),
        "parameters": f"{graph.parameter_count():,}",
        "judged by": metric.title,
        **_reached(folder, metric.name, graph.metadata.get("weights") == "random"),
        "rungs": ", ".join(rungs),
    }


def _task(graph: Graph) -> str:
    """Architecture, inputs and outputs."""
    shapes = value_shapes(graph)
    tokens, outputs = shapes[graph.input.name][-2], shapes[graph.output][-1]
    kind = graph.metadata.get("architecture", {}).get("kind", "model")
    prepared = graph.metadata.get("preparation", {})
    side = prepared.get("size")
    seen = f"images of {side}×{side}" if side else "text"
    return f"{kind}, {seen} as {tokens} tokens, {outputs} outputs"


def _judged_by(folder: Path, graph: Graph) -> Metric:
    """What its ladder says, which knows whether there were labels; the model's own where there is none."""
    try:
        name = ladder(folder)["metric"]
    except (ModelError, KeyError):
        name = None
    return METRICS.get(str(name)) or metric_of(graph.metadata)


def _reached(folder: Path, metric: str, random: bool) -> Row:
    """What the ladder says of the held-out set, of the first rung and the last."""
    if random:
        return {"original": TIMING_ONLY}
    try:
        found = ladder(folder)["held_out"]
        return {rung: in_metric(found[rung][metric], metric) for rung in ("original", "polynomial")}
    except (ModelError, ValueError, KeyError, TypeError):
        return {"original": ABSENT, "polynomial": ABSENT}


def _data() -> list[Row]:
    rows: list[Row] = []
    for described in describe():
        text = f"{described.title}; here: {', '.join(described.found) or 'nothing'}"
        if described.missing:
            text += f"; not here: {', '.join(described.missing)}: {described.advice}"
        rows.append({"data": described.name, "what it is": text})
    return rows


#: By kind, how its names are found and what is said of each.
ROWS: dict[str, Callable[[], list[Row]]] = {
    "suites": _suites,
    "backends": _backends,
    "parameters": _parameters,
    "models": _models,
    "data": _data,
}
