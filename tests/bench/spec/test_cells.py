"""What a suite and the command line select."""

from pathlib import Path

import pytest

from bench.errors import UserError
from bench.spec.cells import expand
from bench.spec.suite import Suite, load_suite

BACKENDS = ("cleartext", "fhelium", "openfhe", "pyfhel", "seal_python", "tenseal")
SET14 = "n14_first48_scale40_depth8_digits9"


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    shared = "first_modulus_bits: 48, scale_bits: 40, depth: 8, digits: 9, refresh: round_trip"
    most = "cases: [digits, letters]"
    (tmp_path / "checkpoint").mkdir()
    path = tmp_path / "small.yaml"
    path.write_text(
        "suite: small\ntitle: small\nsamples: 4\nthreads: 2\n"
        "cases:\n"
        "  - {name: digits, model: checkpoint, data: digits}\n"
        "  - {name: letters, model: checkpoint, data: letters}\n"
        "  - {name: numbers, model: checkpoint, data: numbers}\n"
        "parameter_sets:\n"
        f"  - {{alias: shared14, log_n: 14, {shared}, backends: [openfhe, tenseal], {most}}}\n"
        f"  - {{alias: large, log_n: 15, {shared}, backends: [openfhe], {most}}}\n"
        f"  - {{alias: once, log_n: 16, {shared}, backends: [openfhe], cases: [letters], samples: 3, "
        "repeats: 5}\n"
    )
    return load_suite(str(path), BACKENDS)


def names(suite: Suite, **options: list[str]) -> list[tuple[str, str | None, str]]:
    return [(cell.case.name, cell.parameter_set.alias, cell.backend) for cell in expand(suite, **options)]


def test_all_that_the_suite_lists_head_to_head_in_a_row(suite: Suite) -> None:
    digits = [
        ("digits", "shared14", "openfhe"),
        ("digits", "shared14", "tenseal"),
        ("digits", "large", "openfhe"),
    ]
    letters = [("letters", alias, backend) for _, alias, backend in digits]
    assert names(suite) == [*digits, *letters, ("letters", "once", "openfhe")]


def test_a_backend_by_name_runs_the_sets_that_list_it(suite: Suite) -> None:
    assert names(suite, backends=["tenseal"], cases=["digits"]) == [("digits", "shared14", "tenseal")]


def test_cleartext_runs_every_set(suite: Suite) -> None:
    selected = names(suite, backends=["cleartext"], cases=["digits"])
    assert selected == [("digits", "shared14", "cleartext"), ("digits", "large", "cleartext")]


def test_a_simulator_that_imitates_runs_the_sets_of_that_backend(suite: Suite) -> None:
    found = expand(suite, backends=["cleartext", "openfhe"], cases=["digits"], imitate="tenseal")
    simulated = [cell for cell in found if cell.backend == "cleartext"]
    assert [cell.parameter_set_name for cell in simulated] == [f"{SET14}_as-tenseal"]
    assert {cell.parameter_set.parameters.imitates for cell in found} == {"tenseal", None}


@pytest.mark.parametrize(
    ("imitate", "backends", "sentence"),
    [
        ("cleartext", ["cleartext"], "cleartext does not tell its noise"),
        ("tenseal", ["openfhe"], "--imitate says what a simulator imitates"),
    ],
)
def test_what_cannot_be_imitated_is_one_sentence(
    suite: Suite, imitate: str, backends: list[str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        expand(suite, backends=backends, imitate=imitate)


@pytest.mark.parametrize("name", ["shared14", SET14])
def test_a_set_by_alias_or_full_name(suite: Suite, name: str) -> None:
    assert names(suite, parameters=[name], cases=["letters"]) == [
        ("letters", "shared14", "openfhe"),
        ("letters", "shared14", "tenseal"),
    ]


def test_backend_and_set_by_name_are_taken_at_their_word(suite: Suite) -> None:
    """The cell may turn out unsupported, which is for the library to say."""
    selected = names(suite, backends=["pyfhel"], parameters=["large"], cases=["digits"])
    assert selected == [("digits", "large", "pyfhel")]


def test_a_set_runs_the_cases_that_it_lists(suite: Suite) -> None:
    assert names(suite, parameters=["once"]) == [("letters", "once", "openfhe")]
    named = names(suite, parameters=["once"], cases=["digits"])
    assert named == [("digits", "once", "openfhe")]  # both by name are taken at their word


def test_a_set_has_samples_and_repeats_of_its_own(suite: Suite) -> None:
    assert [cell.repeats for cell in expand(suite, cases=["letters"])] == [1, 1, 1, 5]
    assert {cell.repeats for cell in expand(suite, repeats=2)} == {2}
    assert [cell.samples for cell in expand(suite, cases=["letters"])] == [4, 4, 4, 3]
    assert {cell.samples for cell in expand(suite, samples=2)} == {2}


def test_numbers_of_the_suite_and_of_the_command_line(suite: Suite) -> None:
    cell = expand(suite)[0]
    assert (cell.samples, cell.repeats, cell.parameter_set.threads) == (4, 1, 2)
    cell = expand(suite, samples=2, repeats=3, threads=1)[0]
    assert (cell.samples, cell.repeats, cell.parameter_set.threads) == (2, 3, 1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"backends": ["openfh"]}, r"no backend is called 'openfh'; did you mean openfhe\?"),
        ({"parameters": ["shared15"]}, r"no parameter set is called 'shared15'; did you mean shared14\?"),
        ({"cases": ["digit"]}, r"no case is called 'digit'; did you mean digits\?"),
        ({"cases": ["x"]}, "no case is called 'x'; there are digits, letters, numbers"),
        (
            {"backends": ["pyfhel"]},
            "no parameter set of suite small lists pyfhel; they list openfhe",
        ),
        (
            {"backends": ["openfhe"], "cases": ["numbers"]},
            "no parameter set of suite small lists numbers; name a set with --parameters too",
        ),
        ({"samples": 0}, "--samples is 0; give 1 to 1,000,000"),
        ({"threads": -1}, "--threads is -1; give 1 to 1,024"),
    ],
)
def test_what_cannot_be_selected_is_one_sentence(
    suite: Suite, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        expand(suite, **options)
