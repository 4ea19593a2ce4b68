"""The documentation explains every name that a reader meets: of records, of suites, and of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from backends.openfhe.capabilities import RELATIVE_WORK
from backends.parameters import COEFFICIENTS_TO_SLOTS_FIRST, SLOTS_TO_COEFFICIENTS_FIRST
from backends.registry import available
from backends.security import LARGEST_LOG_QP
from bench.run.foreseen import foresee
from bench.spec.cases import CaseLiteral, LayerLiteral, PrimitivesLiteral
from bench.spec.cells import expand
from bench.spec.file import BootstrapLiteral, Limits, StageLimits, SuiteFile, SuiteParameterLiteral
from bench.spec.suite import load_suite
from models import recipe
from models.data.own import ImageFolders, PlainText, Table
from reports.record import Record, Status

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
METRICS = DOCS / "metrics.md"
GLOSSARY = DOCS / "glossary.md"
SUITES = DOCS / "suites.md"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)]+))?\)")

#: What a reader of suites, records, commands or the report meets: the field's and the project's words.
WORDS = (
    "ablation",
    "accept",
    "baseline",
    "batch",
    "bootstrap",
    "build",
    "calibration",
    "candidate",
    "case",
    "cell",
    "checkpoint",
    "CKKS",
    "context switch",
    "course",
    "drift",
    "drop",
    "encode",
    "evaluator",
    "gate",
    "graph",
    "history",
    "hoisting",
    "INSECURE",
    "key",
    "ladder",
    "layer",
    "level",
    "limits",
    "loss",
    "measure",
    "message",
    "metric",
    "model",
    "operation",
    "peak",
    "precision",
    "primitive",
    "probes",
    "process",
    "product",
    "program",
    "recipe",
    "record",
    "refresh",
    "relinearisation",
    "repeats",
    "rescale",
    "rotation",
    "round",
    "rules",
    "run",
    "rung",
    "samples",
    "scale",
    "simulator",
    "slot",
    "stage",
    "stall",
    "step",
    "store",
    "stretch",
    "suite",
    "threads",
    "verdict",
    "wire",
)
PHRASES = (
    "ciphertext modulus switch",
    "client-aided refresh",
    "evaluation keys",
    "held-out set",
    "key owner",
    "key switch",
    "key-switching digits",
    "kind of cell",
    "label agreement",
    "level profile",
    "parameter set",
    "precision bits",
    "random weights",
    "raw outputs",
    "round trip",
    "security bits",
    "stage of conversion",
)


def names(schema: type[BaseModel]) -> Iterator[str]:
    """Names of a schema's fields as a file has them, those of the blocks within it included."""
    for name, field in schema.model_fields.items():
        yield field.alias or name
        for inner in _schemas(field.annotation):
            yield from names(inner)


def _schemas(annotation: Any) -> Iterator[type[BaseModel]]:
    """The schemas in an annotation such as `list[Drift] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _schemas(argument)


def unexplained(wanted: set[str], text: str) -> set[str]:
    """Names that a document does not have in backticks, alone or as the last part of a longer one."""
    quoted = {part for name in re.findall(r"`([^`\n]+)`", text) for part in (name, name.rpartition(".")[2])}
    return wanted - quoted


def undefined(wanted: Iterable[str], text: str) -> list[str]:
    """Words that a glossary has no entry for: none of its bold or italic headings in a first column."""
    heads = [line.split("|")[1] for line in text.splitlines() if line.startswith("| **")]
    defined = {
        word.strip().lower()
        for head in heads
        for marked in re.findall(r"\*+([^*]+)\*+", head)
        for word in (marked, *marked.split(","))
    }
    return [word for word in wanted if word.lower() not in defined and f"{word.lower()}s" not in defined]


def test_every_name_of_a_record_is_explained() -> None:
    assert unexplained(set(names(Record)), METRICS.read_text()) == set()


#: What the page on suites calls the place of a key, and the schemas whose keys these are.
PLACES: Mapping[str, tuple[type[BaseModel], ...]] = {
    "suite": (SuiteFile,),
    "case": (CaseLiteral,),
    "own data": (Table, ImageFolders, PlainText),
    "layer": (LayerLiteral,),
    "primitives": (PrimitivesLiteral,),
    "parameter set": (SuiteParameterLiteral,),
    "bootstrap": (BootstrapLiteral,),
    "limits": (Limits,),
    "stages": (StageLimits,),
}


def keys_told(text: str) -> set[tuple[str, str]]:
    """Place and key of every row of the table of keys."""
    lines = text.partition("## Every key")[2].splitlines()
    told = [line.split("|")[1:3] for line in lines if line.startswith("| `")]
    return {
        (place, key)
        for names, places in told
        for place in PLACES
        if place in [one.strip() for one in places.split(",")]
        for key in re.findall(r"`(\w+)`", names)
    }


def test_the_keys_of_a_suite_that_are_explained_are_those_that_there_are() -> None:
    wanted = {
        (place, name)
        for place, schemas in PLACES.items()
        for schema in schemas
        for name in schema.model_fields
    }
    assert keys_told(SUITES.read_text()) == wanted


def test_every_schema_of_a_suite_has_its_place() -> None:
    reached = {SuiteFile, *_within(SuiteFile)}
    assert reached == {schema for schemas in PLACES.values() for schema in schemas}


def _within(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in schema.model_fields.values():
        for inner in _schemas(field.annotation):
            yield inner
            yield from _within(inner)


def test_the_bounds_of_security_are_those_of_the_judge() -> None:
    """The least N for so many levels, on the page that tells how to choose a parameter set."""
    bounds = LARGEST_LOG_QP["uniform_ternary"]
    rows = [
        f"| {log_n} | {bound[128]} | {max(bound[128] - 50 - 60, 0) // 40 or '–'} | {2**log_n // 2:,} |"
        for log_n, bound in bounds.items()
        if log_n >= 12
    ]
    assert "\n".join(rows) in SUITES.read_text()
    assert f"allows {LARGEST_LOG_QP['sparse_encapsulated'][16][128]} at" in SUITES.read_text()


def test_documents_agree_how_many_libraries_there_are() -> None:
    there_are = len([*(ROOT / "backends").glob("*/environment.yaml")])
    word = ("no", "one", "two", "three", "four", "five", "six", "seven")[there_are]
    assert f"encrypted, on {word} libraries" in (ROOT / "README.md").read_text()
    assert f"{word} homomorphic-encryption libraries" in (DOCS / "index.md").read_text()


def test_a_bootstraps_weight_is_that_of_the_quieter_table() -> None:
    """Of the seconds, least, of the kind that comes first, by the table with HEXL."""
    text = (DOCS / "bootstraps.md").read_text()
    table = text.partition("Seven others, with the first two beside them")[2]
    usual, slots_first = (
        float(re.search(rf"^\| `{name}` \|(?:[^|]*\|){{4}} ([\d.]+) /", table, re.MULTILINE)[1])  # type: ignore[index]
        for name in ("usual", "slots_first")
    )
    weight = RELATIVE_WORK[SLOTS_TO_COEFFICIENTS_FIRST] / RELATIVE_WORK[COEFFICIENTS_TO_SLOTS_FIRST]
    assert weight == round(slots_first / usual, 2)
    assert f"{weight} for the other" in text


def test_the_example_of_a_suite_can_run(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", SUITES.read_text(), re.DOTALL)
    (tmp_path / "suite.yaml").write_text(example)
    suite = load_suite(str(tmp_path / "suite.yaml"), list(available()))
    found = foresee(expand(suite))
    assert [one.reason for one in found] == [None, None]


def test_every_word_that_a_reader_meets_is_in_the_glossary() -> None:
    assert undefined([*WORDS, *PHRASES], GLOSSARY.read_text()) == []


@pytest.mark.parametrize(("path", "row"), [(METRICS, "| `status` |"), (GLOSSARY, "| **status** |")], ids=str)
def test_every_status_is_told(path: Path, row: str) -> None:
    (line,) = [line for line in path.read_text().splitlines() if line.startswith(row)]
    assert [one.value for one in Status if f"`{one.value}`" not in line] == []


def test_each_of_these_can_fail() -> None:
    assert {"precision_bits", "from", "runs"} <= set(names(Record))
    assert keys_told("## Every key\n| `depth`, `kind` | bootstrap | x |") == {
        ("bootstrap", "depth"),
        ("bootstrap", "kind"),
    }
    assert unexplained({"s", "bytes"}, "`latency.s` and bytes") == {"bytes"}
    assert undefined(["slot", "level"], "| **slot** | level |") == ["level"]


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))], ids=str)
def test_links_lead_to_what_there_is(path: Path) -> None:
    broken = [
        target
        for target, anchor in LINK.findall(path.read_text())
        if "://" not in target
        and (not (file := (path.parent / target)).exists() or (anchor and anchor not in anchors(file)))
    ]
    assert broken == []


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


#: A path of this repository in backticks: with a folder, and with an extension or a slash at its end.
NAMED = re.compile(r"`((?:\.github|bench|backends|docs|models|reports|suites|tests)/[\w./-]*?(?:\.\w+|/))`")


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md", "docs/decisions"])
def test_files_that_say_where_something_is_exist(name: str) -> None:
    path = ROOT / name
    texts = [one.read_text() for one in (path.glob("*.md") if path.is_dir() else [path])]
    named = {found for text in texts for found in NAMED.findall(text)}
    assert named
    assert {found for found in named if not (ROOT / found).exists()} == set()


def test_tests_that_the_gates_document_names_exist() -> None:
    """In its table of other harnesses' defects: `file: beginning of a name …`."""
    sources = {path.name: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"`(test_\w+\.py)(?:: (test_\w+)…)?`", (DOCS / "gate.md").read_text())
    assert len(named) > 20
    assert [(file, test) for file, test in named if f"def {test}" not in sources.get(file, "")] == []


def test_the_readmes_first_run_is_a_small_one_in_the_python_that_the_project_needs() -> None:
    """A look first: what takes 16 GB, another interpreter or a compiler comes after it."""
    suite, backend = re.findall(r"bench run (\S+)(?: --backend (\w+))?", (ROOT / "README.md").read_text())[0]
    limits = yaml.safe_load((ROOT / suite).read_text())["limits"]
    assert limits["memory_bytes"] <= 8_000_000_000
    declared = yaml.safe_load((ROOT / "backends" / backend / "environment.yaml").read_text())
    assert "3.11" in [alternative["python"] for alternative in declared["alternatives"]]
    assert "build" not in declared


def test_the_files_of_ones_own_model_are_what_the_commands_read(tmp_path: Path) -> None:
    """The suite runs the checkpoint that the first recipe makes, and the README names the same files."""
    told = (ROOT / "docs" / "your-model.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    recipes = []
    for block in (one for one in blocks if "\nconversion:" in one):
        (tmp_path / "recipe.yaml").write_text(block)
        recipes.append(recipe.load(tmp_path / "recipe.yaml"))
    assert [one.warm_start is not None for one in recipes] == [False, True, True, False]
    assert [type(one.data) for one in recipes[1:]] == [Table, ImageFolders, PlainText]
    (suite,) = [SuiteFile.model_validate(yaml.safe_load(one)) for one in blocks if one.startswith("suite:")]
    assert [one.model for one in suite.cases] == [recipes[0].name]
    for command in ("convert minilm.yaml", "run minilm_suite.yaml"):
        assert f"python -m bench {command}" in told
        assert f"python -m bench {command}" in (ROOT / "README.md").read_text()
