"""The suite file: what is read from it, and one sentence with file and line for what is wrong in it."""

from pathlib import Path

import pytest

from backends.parameters import ParameterSet
from bench.errors import UserError
from bench.spec.cases import Case, LayerCase, ModelCase
from bench.spec.suite import SUITES, Suite, find_suite, load_suite

BACKENDS = ("cleartext", "fhelium", "openfhe", "pyfhel", "seal_python", "tenseal")

GOOD = """\
suite: small
title: a small suite
samples: 4
threads: 2
cases:
  - name: digits
    model: checkpoint
    data: digits
parameter_sets:
  - alias: shared14
    log_n: 14
    first_modulus_bits: 48
    scale_bits: 40
    depth: 8
    digits: 9
    refresh: round_trip
    backends: [openfhe, tenseal]
    threads: 1
  - alias: toy
    log_n: 12
    first_modulus_bits: 55
    scale_bits: 50
    depth: 24
    digits: 3
    security: 0
    bootstrap: {level_budget: [3, 3], correction_factor: 5, depth: 16}
    refresh: bootstrap
    backends: [openfhe]
    cases: [digits]
    repeats: 3
limits: {seconds: 60}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checkpoint").mkdir()
    return tmp_path


def load(folder: Path, text: str) -> Suite:
    path = folder / "small.yaml"
    path.write_text(text)
    return load_suite(str(path), BACKENDS)


def test_a_good_suite(folder: Path) -> None:
    suite = load(folder, GOOD)
    assert (suite.name, suite.rounds) == ("small", 1)
    assert suite.model_folders == {"digits": folder / "checkpoint"}
    shared, toy = suite.parameter_sets
    assert shared.names == ("shared14", "n14_first48_scale40_depth8_digits9")
    assert (shared.threads, toy.threads) == (1, 2)
    assert (shared.samples, toy.samples) == (4, 4)
    assert (shared.repeats, toy.repeats) == (1, 3)
    assert shared.cases == toy.cases == ("digits",)
    assert (shared.parameters.security, toy.parameters.security) == (128, 0)
    assert toy.parameters.bootstrap is not None
    assert toy.parameters.bootstrap.level_budget == (3, 3)
    assert toy.names[-1].endswith("INSECURE")
    assert (shared.limits.seconds, shared.limits.memory_bytes) == (60.0, None)


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("samples: 4", "sampels: 4", 3, "'sampels' is not a key here; did you mean samples?"),
        (
            "    scale_bits: 40",
            "    scale_bit: 40",
            13,
            "'scale_bit' is not a key here; did you mean scale_bits?",
        ),
        (
            "level_budget: [3, 3]",
            "level_budgets: [3, 3]",
            26,
            "'level_budgets' is not a key here; did you mean level_budget?",
        ),
        ("title: a small suite\n", "", 1, "the key 'title' is missing; add it"),
        ("    depth: 8\n", "", 10, "the key 'depth' is missing; add it"),
        ("samples: 4", "samples: four", 3, "samples is text 'four'; write a whole number"),
        ("samples: 4", "samples: 4.5", 3, "samples is a number 4.5; write a whole number"),
        ("samples: 4", "samples: true", 3, "samples is true or false True; write a whole number"),
        ("samples: 4", "samples:", 3, "samples is nothing; write a whole number"),
        (
            "samples: 4",
            "samples: 4\nheld_out: many",
            4,
            "held_out is 'many'; write all, or 2 or more samples",
        ),
        ("samples: 4", "samples: 4\nheld_out: 1", 4, "held_out is 1; write all, or 2 or more samples"),
        ("samples: 4", "samples: 0", 3, "samples is 0; input should be greater than 0"),
        ("log_n: 14", "log_n: [14]", 11, r"parameter_sets\[0\].log_n is a list; write a whole number"),
        ("limits: {seconds: 60}", "limits: 60", 31, "limits is a whole number 60; write a block of keys"),
        (
            "[openfhe, tenseal]",
            "openfhe",
            17,
            r"parameter_sets\[0\].backends is text 'openfhe'; write a list",
        ),
        (
            "[openfhe, tenseal]",
            "[openfhe, tenseel]",
            17,
            "no backend is called 'tenseel'; did you mean tenseal?",
        ),
        ("cases: [digits]", "cases: [digit]", 29, "no case is called 'digit'; did you mean digits?"),
        ("repeats: 3", "repeats: 0", 30, r"parameter_sets\[1\].repeats is 0; input should be greater than 0"),
        ("refresh: round_trip", "refresh: roundtrip", 16, "refresh is 'roundtrip'; did you mean round_trip?"),
        ("samples: 4", "samples: 4\nsamples: 5", 4, "the key 'samples' appears twice; keep one"),
        ("alias: toy", "alias: shared14", 19, "shared14 appears twice in parameter_sets"),
        ("scale_bits: 40", "scale_bits: 48", 10, "first_modulus_bits is 48; choose more than scale_bits"),
        (
            "first_modulus_bits: 48",
            "first_modulus_bits: 52",
            10,
            "log QP is 432 bits .* allow 430; lower depth",
        ),
        ("security: 0", "security: 128", 19, "no bound on log QP|log QP is 1735 bits .* allow 106"),
        ("samples: 4", "samples: 4\nsecurity: 192", 11, "log QP is 428 bits and 192 bits .* allow 297"),
        ("refresh: bootstrap", "refresh: round_trip", 27, "round_trip has no use for the block 'bootstrap'"),
        ("refresh: round_trip", "refresh: bootstrap", 16, "bootstrap needs the block 'bootstrap'"),
        ("model: checkpoint", "model: vit_tyny", 7, "no model is called 'vit_tyny'"),
        ("cases:", "cases: [", 6, "this is not YAML"),
        ("title: a small suite", "[a]: 4", 2, "a key is a list or a block"),
        ("title: a small suite", "title: 2024-02-31", 2, "this value cannot be read"),
        ("title: a small suite", "title: &a [*a]", 2, "nested deeper"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_file_and_line(
    folder: Path, old: str, new: str, line: int, sentence: str
) -> None:
    assert old in GOOD
    with pytest.raises(UserError, match=sentence) as caught:
        load(folder, GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert text.startswith(f"{folder / 'small.yaml'}:{line}: ")
    assert "\n" not in text


LAYER = "  - {name: layer, layer: {kind: block, tokens: 4, features: 8, heads: 2}}\nparameter_sets:"
MEASURED = "  - {name: primitives, primitives: {repetitions: 30, rotations: 8}}\nparameter_sets:"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("tokens: 4", "tokens: 1000000000", r"cases\[2\].layer.tokens is 1000000000; .* less than or equal"),
        ("features: 8", "features: 1000000", r"cases\[2\].layer.features is 1000000; .* less than or equal"),
        ("features: 8", "features: 65536", "needs an array of 8,589,934,592 numbers, over 16,777,216"),
        ("tokens: 4", "tokens: 10000", "block of 10000 tokens .* needs an array of 800,000,000 numbers"),
        ("heads: 2", "heads: 2, degree: 1000000000", "layer.degree is 1000000000; .* less than or equal"),
        (
            "samples: 4",
            "samples: 1000000000000",
            "samples is 1000000000000; .* less than or equal to 1000000",
        ),
        ("samples: 4", "samples: 1000000", "on 1000000 samples needs an array of 64,000,000 numbers"),
        ("repetitions: 30", "repetitions: 1000000000", "primitives.repetitions is 1000000000"),
        ("rotations: 8", "rotations: 1000000000", "primitives.rotations is 1000000000"),
        ("depth: 8", "depth: 1000000000", "depth is 1000000000; choose 1 to 200"),
        ("repeats: 3", "repeats: 1000000000", "repeats is 1000000000; .* less than or equal"),
        ("threads: 2", "threads: 1000000000", "threads is 1000000000; .* less than or equal"),
        ("seconds: 60", "seconds: 1.0e+300", "limits.seconds is 1e.300; .* less than or equal"),
        ("seconds: 60", "precision_bits: 1000", "limits.precision_bits is 1000"),
        ("[3, 3]", "[3, 1000000]", r"level_budget is \[3, 1000000\]; choose two of 1 to 10"),
        ("correction_factor: 5", "correction_factor: -5", "correction_factor is -5; choose 1 to 60"),
        (
            "depth: 16",
            "depth: -16",
            "the bootstrap's depth is -16, of which its transforms take 6; choose 7 or more",
        ),
        ("depth: 16", "depth: 16, iterations: 3", "iterations is 3; choose 1 or 2"),
        ("depth: 16", "depth: 16, iterations: 2", "first_precision_bits is None; choose 1 to 60"),
        ("depth: 16", "depth: 16, first_precision_bits: 9", "first_precision_bits is of use to a second"),
        ("depth: 16", "depth: 16, kind: modulus_first", "kind is 'modulus_first'; choose one of coeffic"),
        ("name: digits", f"name: {'d' * 300}", "name is 'ddd.*…; string should have at most 64"),
    ],
)
def test_numbers_that_no_machine_has_are_refused(folder: Path, old: str, new: str, sentence: str) -> None:
    text = GOOD.replace("parameter_sets:", MEASURED).replace("parameter_sets:", LAYER)
    load(folder, text)
    assert old in text
    with pytest.raises(UserError, match=sentence) as caught:
        load(folder, text.replace(old, new, 1))
    assert str(caught.value).startswith(f"{folder / 'small.yaml'}:")


def test_a_set_names_its_kind_of_bootstrap_where_it_is_not_the_usual_one(folder: Path) -> None:
    def bootstrap(block: str) -> ParameterSet:
        suite = load(folder, GOOD.replace("correction_factor: 5, depth: 16", block))
        return next(one.parameters for one in suite.parameter_sets if one.parameters.bootstrap)

    usual = bootstrap("correction_factor: 5, depth: 16")
    assert usual.name.endswith("_bootstrap3-3c5d16")
    assert usual.bootstrap_levels == (1, 8)
    slots_first = bootstrap("depth: 16, kind: slots_to_coefficients_first")
    assert slots_first.name.endswith("_bootstrap3-3d16_slots_to_coefficients_first")
    assert slots_first.bootstrap_levels == (4, 11)
    twice = bootstrap("correction_factor: 5, depth: 17, iterations: 2, first_precision_bits: 14")
    assert twice.name.endswith("_bootstrap3-3c5d17_iterations2after14")
    assert twice.bootstrap_levels == (1, 7)


def test_a_set_may_not_demand_less_than_the_suite(folder: Path) -> None:
    text = GOOD.replace("samples: 4", "samples: 4\nsecurity: 192").replace(
        "digits: 9", "digits: 9\n    security: 128"
    )
    with pytest.raises(
        UserError, match=r"small.yaml:17: security is 128 where the suite demands more; write 192"
    ):
        load(folder, text)


@pytest.mark.parametrize(("content", "sentence"), [(b"", "is empty"), (b"\xff\xfe\x00", "UTF-8|no YAML")])
def test_a_file_that_is_no_suite(folder: Path, content: bytes, sentence: str) -> None:
    path = folder / "small.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        load_suite(str(path), BACKENDS)


def test_the_only_item_of_a_list_is_told_by_its_own_line(folder: Path) -> None:
    text = (Path("suites") / "toy.yaml").read_text()
    path = folder / "single.yaml"
    path.write_text(text.replace("    data: digits\n", "    dta: digits\n"))
    with pytest.raises(UserError, match=r"'dta' is not a key here; did you mean data\?"):
        load_suite(str(path), ["openfhe", "tenseal", "pyfhel", "seal_python", "fhelium"])


def test_an_unknown_suite_lists_what_is_near() -> None:
    with pytest.raises(UserError, match=r"no suite is called ''; there are"):
        find_suite("")
    with pytest.raises(UserError, match=r"no suite is called 'vit_tny'; did you mean vit_tiny\?"):
        find_suite("vit_tny")
    with pytest.raises(UserError, match=r"there is no file suites/vit_tiny.yml; did you mean vit_tiny\?"):
        find_suite("suites/vit_tiny.yml")


def test_a_bare_name_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_suite("vit_tiny").samefile(SUITES / "vit_tiny.yaml")
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "mine.yaml").write_text(GOOD)
    assert find_suite("mine") == Path("suites/mine.yaml")


def test_the_suites_of_the_project_are_what_they_say() -> None:
    tiny = {
        parameter_set.alias: parameter_set
        for parameter_set in load_suite("vit_tiny", BACKENDS).parameter_sets
    }
    assert {parameter_set.parameters.security for parameter_set in tiny.values()} == {128}
    assert tiny["bootstrap"].parameters.log_n == 16
    assert {tiny[alias].backends for alias in ("shared14", "shared15")} == {
        ("openfhe", "tenseal", "pyfhel", "seal_python", "fhelium")
    }
    assert {tiny[alias].threads for alias in ("shared14", "shared15")} == {1}
    toy = load_suite("toy", BACKENDS)
    assert all("INSECURE" in parameter_set.names[-1] for parameter_set in toy.parameter_sets)
    assert "INSECURE" in toy.title


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("suite: ", "suite: insecure_"),
        ("- name: ", "- name: INSECURE_"),
        ("alias: ", "alias: safe_INSECURE_"),
    ],
)
def test_no_name_that_a_person_gives_says_insecure(tmp_path: Path, old: str, new: str) -> None:
    """The word is computed from the keys, and a name must not contradict it."""
    assert old in GOOD
    with pytest.raises(UserError, match="says INSECURE, which is computed from the keys"):
        load(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize(("written", "count"), [("", None), ("held_out: all\n", None), ("held_out: 7\n", 7)])
def test_on_how_many_samples_the_clear_rungs_are_compared(
    folder: Path, written: str, count: int | None
) -> None:
    assert load(folder, written + GOOD).held_out == count


def has_random_weights(case: Case) -> bool:
    return isinstance(case, LayerCase) or (isinstance(case, ModelCase) and case.model.endswith("_random"))


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_projects_own_suites(path: Path) -> None:
    """Each bears its file's name, says what is random and, the toys apart, demands 128 bits of every set."""
    suite = load_suite(str(path), BACKENDS)
    assert suite.name == path.stem
    assert any(map(has_random_weights, suite.cases)) == ("RANDOM WEIGHTS" in suite.title)
    for parameter_set in suite.parameter_sets:
        assert parameter_set.parameters.security == (0 if "toy" in suite.name else 128)
