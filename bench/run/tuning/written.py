"""The suite that checks what a search chose: cases as their own suite has them, and a set for each choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from backends.parameters import ParameterSet
from bench.run.tuning.search import Choice, Goal
from bench.spec.cases import LONGEST_NAME
from bench.spec.suite import CHECKPOINTS, Suite, named_from
from models import regular_files

#: How many times as long as predicted a cell may take, and the least seconds.
PATIENCE, LEAST_SECONDS = 5, 600


def suite_text(suite: Suite, choices: Sequence[Choice], goal: Goal, samples: int, folder: Path) -> str:
    """A suite's YAML, one set for all backends and cases that have it alike.

    Args:
        suite: that of the cases.
        choices: the best first.
        goal: what was wanted.
        samples: that the cells run.
        folder: where the text will lie, from which it names models of a user's own.
    """
    cases = yaml.safe_load(regular_files.text(suite.path))["cases"]
    chosen = list(dict.fromkeys(choice.case for choice in choices))
    models = ", ".join(dict.fromkeys(choice.model for choice in choices))
    alike: dict[str, list[Choice]] = {}
    for choice in choices:
        alike.setdefault(alias(choice, choices), []).append(choice)
    content = {
        "suite": f"tuned_{choices[0].case}"[:LONGEST_NAME],
        "title": f"what bench tune chose for {models} with {goal.bits:g} bits wanted",
        "security": 128,
        "samples": samples,
        "threads": goal.threads,
        "cases": [
            {**one, "model": _place(one["model"], suite.model_folders[one["name"]], folder)}
            for one in cases
            if one["name"] in chosen
        ],
        "parameter_sets": [
            literal(
                name,
                these[0].parameters,
                these[0].refresh,
                these[0].program,
                list(dict.fromkeys(one.backend for one in these)),
                list(dict.fromkeys(one.case for one in these)) if len(chosen) > 1 else None,
            )
            for name, these in alike.items()
        ],
        "limits": {
            "seconds": LEAST_SECONDS + int(PATIENCE * max(one.prediction.wall_s for one in choices)),
            "memory_bytes": goal.memory_bytes,
            "precision_bits": goal.bits,
        },
    }
    return yaml.safe_dump(content, sort_keys=False, width=120)


def _place(model: str, found: Path, folder: Path) -> str:
    """What names a case's model in a suite that lies in another folder than the case's own."""
    return model if found == CHECKPOINTS / model else named_from(folder, found)


def alias(choice: Choice, choices: Sequence[Choice]) -> str:
    """The name of a choice's set in the suite: by its place among those that differ."""
    different = list(dict.fromkeys((one.parameters, one.refresh, one.program) for one in choices))
    return f"choice{different.index((choice.parameters, choice.refresh, choice.program)) + 1}"


def literal(
    name: str,
    parameters: ParameterSet,
    refresh: str,
    program: str,
    backends: Sequence[str],
    cases: Sequence[str] | None = None,
) -> dict[str, object]:
    """A suite's parameter set, without what the suite says of all of them.

    Args:
        name: its alias.
        parameters: the set.
        refresh: `round_trip` or `bootstrap`.
        program: `portable` or `complex`.
        backends: that run it.
        cases: that it runs; None for all.
    """
    used = {"refresh": refresh, "program": program, "backends": list(backends)}
    own = {} if cases is None else {"cases": list(cases)}
    return {"alias": name, **dict(_parameters(parameters)), **used, **own}


def _parameters(parameters: ParameterSet) -> Iterator[tuple[str, object]]:
    for name, value in parameters.to_json().items():
        if name == "bootstrap" and isinstance(value, dict):
            told = {key: one for key, one in value.items() if one is not None}
            yield name, {**told, "level_budget": list(value["level_budget"])}
        elif name != "security" and value is not None:
            yield name, value
