"""The suite that checks what a search chose: the case as its own suite has it, and a set for each choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

from bench.run.tuning.search import Choice, Goal
from bench.spec.cases import ModelCase
from bench.spec.suite import Suite

#: How many times as long as predicted a cell may take, and the least seconds.
PATIENCE, LEAST_SECONDS = 5, 600


def suite_text(suite: Suite, case: ModelCase, choices: Sequence[Choice], goal: Goal, samples: int) -> str:
    """A suite's YAML, one for all backends that have it alike.

    Args:
        suite: that of the case.
        case: what was searched for.
        choices: the best first.
        goal: what was wanted.
        samples: that the cells run.
    """
    cases = yaml.safe_load(suite.path.read_text())["cases"]
    backends: dict[str, list[Choice]] = {}
    for choice in choices:
        backends.setdefault(alias(choice, choices), []).append(choice)
    sets = [_literal(name, alike) for name, alike in backends.items()]
    content = {
        "suite": f"tuned_{case.model}",
        "title": f"what bench tune chose for {case.model} with {goal.bits:g} bits wanted",
        "security": 128,
        "samples": samples,
        "threads": goal.threads,
        "cases": [one for one in cases if one["name"] == case.name],
        "parameter_sets": sets,
        "limits": {
            "seconds": LEAST_SECONDS + int(PATIENCE * max(one.prediction.wall_s for one in choices)),
            "memory_bytes": goal.memory_bytes,
            "precision_bits": goal.bits,
        },
    }
    return yaml.safe_dump(content, sort_keys=False, width=120)


def alias(choice: Choice, choices: Sequence[Choice]) -> str:
    """The name of a choice's set in the suite: by its place among those that differ."""
    different = list(dict.fromkeys((one.parameters, one.refresh, one.program) for one in choices))
    return f"choice{different.index((choice.parameters, choice.refresh, choice.program)) + 1}"


def _literal(name: str, alike: Sequence[Choice]) -> dict[str, object]:
    first = alike[0]
    return {
        "alias": name,
        **dict(_parameters(first)),
        "refresh": first.refresh,
        "program": first.program,
        "backends": [one.backend for one in alike],
    }


def _parameters(choice: Choice) -> Iterator[tuple[str, object]]:
    """The set's own keys, without what the suite says of all."""
    for name, value in choice.parameters.to_json().items():
        if name == "bootstrap" and isinstance(value, dict):
            told = {key: one for key, one in value.items() if one is not None}
            yield name, {**told, "level_budget": list(value["level_budget"])}
        elif name != "security" and value is not None:
            yield name, value
